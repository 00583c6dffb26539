/** What operators look at: metrics, health, the log. */
package dev.steerc.cli.serve.ops;
