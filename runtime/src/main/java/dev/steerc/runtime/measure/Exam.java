package dev.steerc.runtime.measure;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.Settings;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.steering.Steering;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * What every steering is measured by alike: the same prompts, each with the same chance, and the
 * same scorer. It has parts, which are taken one by one or on many machines, to the same numbers.
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
  private static final String PLACE = "{prompt}";

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
   * @throws SteercException when the model has no tokenizer, and so no text
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
   * @throws SteercException when a text cannot be generated or scored
   */
  public Measurement of(Steering steering, Progress progress) {
    return taken(parts(), steering, progress);
  }

  /**
   * Measures what an instruction does instead of a steering. The perplexity is that of its texts
   * behind the prompts without it; there is no divergence.
   *
   * @param instruction put in front of each prompt, or around it where it has {@code {prompt}}
   */
  public Measurement instructed(String instruction, Progress progress) {
    return taken(parts(instruction), Steering.NONE, progress).withoutKl();
  }

  private Measurement taken(List<Part> parts, Steering steering, Progress progress) {
    Candidate candidate = candidate();
    List<Tally> tallies = new ArrayList<>();
    for (Part part : parts) {
      tallies.add(candidate.take(part, steering));
      progress.more(part.size());
    }
    return measurement(parts, tallies);
  }

  /** Who takes it on this machine. */
  Candidate candidate() {
    Optional<ContinuationScorer> asking =
        scorer instanceof ContinuationScorer own ? Optional.of(own) : Optional.empty();
    return new Candidate(model, settings, asking);
  }

  /** The prompts as they are. */
  List<Part> parts() {
    return parts(PLACE);
  }

  /** The prompts with an instruction. */
  List<Part> parts(String instruction) {
    SplittableRandom seeds = new SplittableRandom(seed);
    List<Part.Question> questions = new ArrayList<>();
    for (String prompt : prompts) {
      String asked =
          instruction.contains(PLACE) ? instruction.replace(PLACE, prompt) : instruction + prompt;
      questions.add(new Part.Question(prompt, asked, seeds.nextLong()));
    }
    return IntStream.iterate(0, from -> from < questions.size(), from -> from + AT_ONCE)
        .mapToObj(from -> questions.subList(from, Math.min(questions.size(), from + AT_ONCE)))
        .map(Part::new)
        .toList();
  }

  /**
   * What was seen of all parts together.
   *
   * @param tallies of each part, in order
   * @throws SteercException when the model's numbers overflowed, or a text cannot be scored
   */
  Measurement measurement(List<Part> parts, List<Tally> tallies) {
    Optional<Tally> overflown =
        tallies.stream().filter(tally -> !tally.overflow().isEmpty()).findFirst();
    if (overflown.isPresent()) {
      throw new SteercException(overflown.get().overflow());
    }
    List<Said> said = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      said.addAll(Said.of(parts.get(i), tallies.get(i).texts()));
    }
    double tokens = tallies.stream().mapToLong(Tally::tokens).sum();
    return new Measurement(
        samples(said, scores(said, tallies)),
        Math.exp(tallies.stream().mapToDouble(Tally::surprise).sum() / tokens),
        tallies.stream().mapToDouble(Tally::kl).sum() / tokens,
        tokens / said.size());
  }

  private double[] scores(List<Said> said, List<Tally> tallies) {
    return scorer instanceof TextScorer judge
        ? judge.scores(said)
        : tallies.stream().flatMap(t -> t.scores().stream()).mapToDouble(score -> score).toArray();
  }

  private static List<Measurement.Sample> samples(List<Said> said, double[] scores) {
    return IntStream.range(0, scores.length)
        .mapToObj(i -> new Measurement.Sample(said.get(i), scores[i]))
        .toList();
  }
}
