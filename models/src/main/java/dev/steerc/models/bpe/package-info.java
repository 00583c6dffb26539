/**
 * A tokenizer learnt from texts: byte-level byte pair encoding, as GPT-2 has it.
 *
 * <p>Texts come in; out go the merges, the encoding of a text, and the {@code tokenizer.json} that
 * Hugging Face's library reads.
 *
 * <p><b>Invariant:</b> the same texts give the same bytes, and both encoders the same ids.
 */
package dev.steerc.models.bpe;
