package dev.steerc.runtime;

import dev.steerc.plan.Site;
import dev.steerc.runtime.format.Floats;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a model made of a text that was given to it.
 *
 * @param tokens the text
 * @param logprobs for each token the natural logarithm of its probability behind those before it;
 *     nothing is before the first, which counts as certain: 0. So their sum is the text's
 * @param activations the values [tokens, hidden] at tapped sites
 */
public record Trace(long[] tokens, float[] logprobs, Map<Site, Floats> activations) {

  public Trace {
    activations = Collections.unmodifiableMap(new LinkedHashMap<>(activations));
  }
}
