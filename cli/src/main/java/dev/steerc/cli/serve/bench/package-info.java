/** What serving costs, measured through the API by clients on this machine. */
package dev.steerc.cli.serve.bench;
