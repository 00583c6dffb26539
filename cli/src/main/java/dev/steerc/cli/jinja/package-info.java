/**
 * The part of the Jinja language that chat templates are written in.
 *
 * <p>In: a template of unknown origin, and variables made of text, numbers, lists and maps. Out: a
 * text. Invariant: a template sees its variables and nothing else, neither files nor objects of
 * Java; its work is bounded; and what is not supported is refused, never rendered otherwise than
 * Python's Jinja does with {@code trim_blocks} and {@code lstrip_blocks}.
 */
package dev.steerc.cli.jinja;
