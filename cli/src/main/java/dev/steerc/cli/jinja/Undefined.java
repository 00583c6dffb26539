package dev.steerc.cli.jinja;

/**
 * The value of what does not exist: false, empty, written as nothing; anything else done with it is
 * an error.
 *
 * @param what its name in messages
 */
record Undefined(String what) {}
