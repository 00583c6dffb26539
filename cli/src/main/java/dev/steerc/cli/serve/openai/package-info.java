/**
 * OpenAI's API: a body becomes an {@code Asked}, whose prompts are submitted; what the batch does
 * with them goes out as an {@code Answer}, in the words of a {@code Form}.
 *
 * <p>No field that would change a text is ignored: what is not done is refused by name.
 */
package dev.steerc.cli.serve.openai;
