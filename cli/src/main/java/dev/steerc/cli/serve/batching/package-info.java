/** The one thread that generates, and the requests that wait for it. */
package dev.steerc.cli.serve.batching;
