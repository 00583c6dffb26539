/** The Open Inference Protocol, version 2. */
package dev.steerc.cli.serve.inference;
