/**
 * The making of the demo model: a small GPT-2 that is trained in libtorch, its vectors, its page.
 *
 * <p>In come documents; out come weights as safetensors under Hugging Face's names, from those an
 * ONNX file by way of {@link dev.steerc.models.Gpt2Graph}, then vectors that are learnt, chosen and
 * measured with the runtime, and the page that tells about it all. {@link dev.steerc.trainer.Main}
 * is the command {@code models/recipe}.
 *
 * <p><b>Invariant:</b> one seed gives the same bytes on the same machine, interrupted or not: there
 * is one thread, and whatever is random is drawn in Java. <b>Invariant:</b> no other module knows
 * this one, and the build leaves it out but for {@code -Ptrain}.
 */
package dev.steerc.trainer;
