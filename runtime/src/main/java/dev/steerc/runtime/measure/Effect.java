package dev.steerc.runtime.measure;

import dev.steerc.runtime.Completion;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.Trace;
import dev.steerc.runtime.steering.Steering;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/**
 * What a steering does to sampled texts.
 *
 * @param texts what was generated, without the prompts
 * @param rate the share of the texts that the judge accepts
 * @param perplexity how much the texts surprise the model without steering: e to the mean negative
 *     log-likelihood of all generated tokens, each behind its prompt and what was generated before
 * @param distinct2 the share of different pairs among all pairs of adjacent words; 0 when there are
 *     none. More texts have less of it, so compare equal numbers of them. Source: arXiv 1510.03055
 */
public record Effect(List<String> texts, double rate, double perplexity, double distinct2) {
  private static final int AT_ONCE = 16;

  public Effect {
    texts = List.copyOf(texts);
  }

  /**
   * Generates a text for each prompt, or as many as its settings ask for, and measures them.
   *
   * @param prompts with their settings; what they are steered with does not matter
   * @param judge whether a text is as it should be; it sees no prompt
   * @param seed what chance begins from, for each prompt somewhere else
   * @throws dev.steerc.problem.SteercException when a text cannot be generated; or when there is no
   *     tokenizer, and so no text
   */
  public static Effect of(
      SteeredModel model,
      List<Prompt> prompts,
      Steering steering,
      Predicate<String> judge,
      long seed) {
    if (prompts.isEmpty()) {
      throw new IllegalArgumentException("no prompts");
    }
    Exam.needText(model);
    List<Prompt> ready = ready(prompts, steering, seed);
    List<String> texts = new ArrayList<>();
    double surprise = 0;
    long tokens = 0;
    for (int from = 0; from < ready.size(); from += AT_ONCE) {
      List<Prompt> some = ready.subList(from, Math.min(ready.size(), from + AT_ONCE));
      List<Completion> done = model.generate(some.toArray(Prompt[]::new));
      done.forEach(completion -> texts.add(completion.orThrow().text()));
      surprise += surprise(model, done);
      tokens += done.stream().mapToLong(completion -> completion.tokens().length).sum();
    }
    double accepted = texts.stream().filter(judge).count();
    return new Effect(
        texts, accepted / texts.size(), Math.exp(surprise / tokens), Variety.distinct(texts, 2));
  }

  /** Prompts with a chance of their own. */
  private static List<Prompt> ready(List<Prompt> prompts, Steering steering, long seed) {
    SplittableRandom seeds = new SplittableRandom(seed);
    List<Prompt> ready = new ArrayList<>();
    for (Prompt prompt : prompts) {
      long own = seeds.nextLong();
      ready.add(prompt.steered(steering).with(settings -> settings.seed(own)));
    }
    return ready;
  }

  /** The negative log-likelihood of all generated tokens under the model as it is. */
  private static double surprise(SteeredModel model, List<Completion> completions) {
    List<Prompt> whole = completions.stream().map(c -> Prompt.ofIds(whole(c))).toList();
    List<Trace> traces = model.trace(whole, Set.of());
    double surprise = 0;
    for (int i = 0; i < traces.size(); i++) {
      float[] logprobs = traces.get(i).logprobs();
      for (int at = completions.get(i).prompt().length; at < logprobs.length; at++) {
        surprise -= Math.max(Candidate.LEAST, logprobs[at]);
      }
    }
    return surprise;
  }

  private static long[] whole(Completion completion) {
    long[] prompt = completion.prompt();
    long[] tokens = completion.tokens();
    long[] whole = Arrays.copyOf(prompt, prompt.length + tokens.length);
    System.arraycopy(tokens, 0, whole, prompt.length, tokens.length);
    return whole;
  }
}
