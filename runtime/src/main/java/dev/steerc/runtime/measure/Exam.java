package dev.steerc.runtime.measure;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.Completion;
import dev.steerc.runtime.Continued;
import dev.steerc.runtime.Divergence;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.Settings;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.steering.Steering;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/**
 * What every steering is measured by alike: the same prompts, each with the same chance, and the
 * same scorer.
 *
 * @param prompts one text is generated for each
 * @param settings what differs from the model's own
 * @param seed what chance begins from, for each prompt somewhere else
 */
public record Exam(
    SteeredModel model,
    List<String> prompts,
    UnaryOperator<Settings> settings,
    Scorer scorer,
    long seed) {
  private static final int AT_ONCE = 16;

  /** A token that is ruled out counts as hardly possible, so that all numbers are finite. */
  static final double LEAST = -700;

  /** Hears of each text that is done. */
  @FunctionalInterface
  public interface Progress {
    /** Hears of nothing. */
    Progress NONE = texts -> {};

    void more(int texts);
  }

  /**
   * An exam.
   *
   * @throws dev.steerc.problem.SteercException when the model has no tokenizer, and so no text
   */
  public Exam {
    prompts = List.copyOf(prompts);
    if (prompts.isEmpty()) {
      throw new IllegalArgumentException("no prompts");
    }
    needText(model);
  }

  static void needText(SteeredModel model) {
    if (model.tokenizer().isEmpty()) {
      throw Problem.of(Code.NO_TOKENIZER, "there is no tokenizer, so no text to judge")
          .at(model.path())
          .help("put tokenizer.json beside the model, or pass --tokenizer FILE")
          .exception();
    }
  }

  /**
   * Measures a steering.
   *
   * @throws dev.steerc.problem.SteercException when a text cannot be generated or scored
   */
  public Measurement of(Steering steering, Progress progress) {
    return measure(prompts, steering, progress);
  }

  /**
   * Measures what an instruction does instead of a steering. The perplexity is that of its texts
   * behind the prompts without it; there is no divergence.
   *
   * @param instruction put in front of each prompt, or around it where it has {@code {prompt}}
   */
  public Measurement instructed(String instruction, Progress progress) {
    List<String> asked =
        prompts.stream()
            .map(
                prompt ->
                    instruction.contains("{prompt}")
                        ? instruction.replace("{prompt}", prompt)
                        : instruction + prompt)
            .toList();
    return measure(asked, Steering.NONE, progress).withoutKl();
  }

  private Measurement measure(List<String> asked, Steering steering, Progress progress) {
    List<Prompt> own =
        asked.stream()
            .map(text -> Prompt.of(text).with(s -> settings.apply(s).sequences(1)))
            .toList();
    List<Prompt> ready = ready(own, steering, seed);
    Tally tally = new Tally();
    for (int from = 0; from < ready.size(); from += AT_ONCE) {
      int end = Math.min(ready.size(), from + AT_ONCE);
      Prompt[] some = ready.subList(from, end).toArray(Prompt[]::new);
      List<Completion> done = model.generate(some);
      done.forEach(Completion::orThrow);
      tally.add(done, compared(prompts.subList(from, end), done, steering));
      progress.more(end - from);
    }
    List<Said> said = new ArrayList<>();
    for (int i = 0; i < ready.size(); i++) {
      said.add(new Said(prompts.get(i), asked.get(i), tally.texts.get(i)));
    }
    return tally.measurement(said, scorer.scores(model, steering, said));
  }

  /** The texts behind the plain prompts. */
  private List<Divergence> compared(List<String> plain, List<Completion> done, Steering steering) {
    List<Continued> texts = new ArrayList<>();
    for (int i = 0; i < done.size(); i++) {
      texts.add(new Continued(Prompt.of(plain.get(i)).steered(steering), done.get(i).tokens()));
    }
    return model.compare(texts);
  }

  /** Prompts with a chance of their own. */
  static List<Prompt> ready(List<Prompt> prompts, Steering steering, long seed) {
    SplittableRandom seeds = new SplittableRandom(seed);
    List<Prompt> ready = new ArrayList<>();
    for (Prompt prompt : prompts) {
      long own = seeds.nextLong();
      ready.add(prompt.steered(steering).with(settings -> settings.seed(own)));
    }
    return ready;
  }

  /** What is known of the texts so far. */
  private static final class Tally {
    private final List<String> texts = new ArrayList<>();
    private double surprise;
    private double kl;
    private long tokens;

    void add(List<Completion> done, List<Divergence> compared) {
      for (int i = 0; i < done.size(); i++) {
        texts.add(done.get(i).text());
        tokens += done.get(i).tokens().length;
        surprise += compared.get(i).surprise(-LEAST);
        kl += compared.get(i).total(-LEAST);
      }
    }

    Measurement measurement(List<Said> said, double[] scores) {
      List<Measurement.Sample> samples = new ArrayList<>();
      for (int i = 0; i < scores.length; i++) {
        samples.add(new Measurement.Sample(said.get(i), scores[i]));
      }
      return new Measurement(
          samples, Math.exp(surprise / tokens), kl / tokens, tokens / (double) texts.size());
    }
  }
}
