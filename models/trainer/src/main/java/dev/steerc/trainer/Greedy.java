package dev.steerc.trainer;

import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;

/** Continuations by libtorch, computed anew for every token. */
record Greedy(Model model) {
  /** The most likely tokens behind a prompt, end of text or not. */
  long[] continuation(long[] prompt, int count) {
    return Arrays.copyOfRange(whole(prompt, count), prompt.length, prompt.length + count);
  }

  /** A prompt and the most likely tokens behind it. */
  long[] whole(long[] prompt, int count) {
    long[] ids = Arrays.copyOf(prompt, prompt.length + count);
    for (int i = prompt.length; i < ids.length; i++) {
      ids[i] = best(logits(Arrays.copyOf(ids, i)));
    }
    return ids;
  }

  /** The logits behind the last token. */
  float[] logits(long... ids) {
    return Torch.withoutGradient(
        () -> {
          Tensor stream = model.stream(Torch.ids(ids, ids.length));
          return Torch.floats(model.head(stream.narrow(1, ids.length - 1, 1))).values();
        });
  }

  /** The logits behind every token, one behind the other. */
  float[] allLogits(long... ids) {
    return Torch.withoutGradient(
        () -> Torch.floats(model.logits(Torch.ids(ids, ids.length))).values());
  }

  /** The index of the largest number, the first of equals. */
  static int best(float... logits) {
    return best(logits, 0, logits.length);
  }

  /** The same within a part, counted from its beginning. */
  static int best(float[] logits, int from, int count) {
    int best = from;
    for (int i = from + 1; i < from + count; i++) {
      best = logits[i] > logits[best] ? i : best;
    }
    return best - from;
  }
}
