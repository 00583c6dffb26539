/** OpenAI's API. */
package dev.steerc.cli.serve.openai;
