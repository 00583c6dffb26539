/** The page at the server's root. */
package dev.steerc.cli.serve.playground;
