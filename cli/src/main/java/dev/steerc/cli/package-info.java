/**
 * The command {@code steerc}: parses, calls one library method, prints.
 *
 * <p>Invariants: data goes to stdout and talk to stderr; exit codes are 0 done, 1 a problem with
 * the work, 2 wrong usage; no command knows bytes, graphs or tensors.
 */
package dev.steerc.cli;
