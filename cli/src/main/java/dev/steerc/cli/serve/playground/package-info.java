/**
 * The page at the server's root, and what it needs beside OpenAI's API.
 *
 * <p>In: vectors and texts. Out: one page, and for each token of a text how much it looks like a
 * vector. Invariant: the page loads nothing from elsewhere, and the browser is told to refuse it.
 */
package dev.steerc.cli.serve.playground;
