/**
 * The demo model: a GPT-2 with four blocks that this project trains on its own corpus.
 *
 * <p>The files of its tokenizer and configuration are made here; with the weights and vectors they
 * lie in {@code models/demo}, which the build packs, and {@link dev.steerc.models.demo.DemoModel}
 * unpacks them.
 *
 * <p><b>Invariant:</b> every byte that is made here follows from the constants and the banks of the
 * corpus; a folder that is not of {@code DemoModel}'s making is never written to.
 */
package dev.steerc.models.demo;
