/** The HTTP server: what `steerc serve` runs. */
package dev.steerc.cli.serve;
