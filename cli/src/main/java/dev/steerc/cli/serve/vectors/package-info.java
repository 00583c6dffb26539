/** The vectors that requests name, and what they say of how to steer. */
package dev.steerc.cli.serve.vectors;
