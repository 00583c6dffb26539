/**
 * The files of the demo model: a GPT-2 with four blocks that this project trains on its own corpus.
 *
 * <p>A folder comes in; the files that a model of Hugging Face has beside its weights go there.
 *
 * <p><b>Invariant:</b> every byte follows from the constants here and the banks of the corpus.
 */
package dev.steerc.models.demo;
