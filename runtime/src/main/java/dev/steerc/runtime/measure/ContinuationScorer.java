package dev.steerc.runtime.measure;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.Continued;
import dev.steerc.runtime.Divergence;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.steering.Steering;
import dev.steerc.runtime.text.Lines;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Compares how likely two given continuations of a prompt are: the score is the probability of the
 * positive one when it has to be one of the two. What was generated does not matter.
 *
 * <p>As a file: JSON lines {@code {"prompt": …, "positive": …, "negative": …}}. A prompt that
 * stands there more than once has the mean of its scores.
 *
 * @param byPrompt the continuations of each prompt
 */
public record ContinuationScorer(Path file, Map<String, List<Choice>> byPrompt) implements Scorer {
  private static final String FORM = "{\"prompt\": …, \"positive\": …, \"negative\": …}";

  /** Two continuations. */
  public record Choice(String positive, String negative) implements Serializable {}

  /**
   * Reads a file.
   *
   * @throws dev.steerc.problem.SteercException when a line makes no sense, or there is none
   */
  public static ContinuationScorer open(Path file) {
    List<Lines.Line> lines = new Lines(file, FORM, Code.BAD_SCORER).all();
    Map<String, List<Choice>> byPrompt = new LinkedHashMap<>();
    for (Lines.Line line : lines) {
      Map<?, ?> object = line.object();
      String prompt = line.text(object, "prompt");
      Choice choice = new Choice(line.text(object, "positive"), line.text(object, "negative"));
      if (prompt.isBlank() || choice.positive().isEmpty() || choice.negative().isEmpty()) {
        throw line.wrong("has an empty text", "a continuation needs a prompt and two texts");
      }
      byPrompt.computeIfAbsent(prompt, p -> new ArrayList<>()).add(choice);
    }
    if (byPrompt.isEmpty()) {
      throw Problem.of(Code.BAD_SCORER, "there are no continuations")
          .at(file)
          .help("write JSON lines " + FORM)
          .exception();
    }
    return new ContinuationScorer(file, byPrompt);
  }

  /** The prompts that it can score. */
  public List<String> prompts() {
    return List.copyOf(byPrompt.keySet());
  }

  @Override
  public String label() {
    return "continuations " + file;
  }

  /**
   * Scores texts.
   *
   * @param model that they are from
   * @param steering that was in force
   * @return a number from 0 to 1 for each
   * @throws dev.steerc.problem.SteercException when it cannot
   */
  public double[] scores(SteeredModel model, Steering steering, List<Said> texts) {
    List<Continued> both = new ArrayList<>();
    for (Said said : texts) {
      for (Choice choice : byPrompt.get(said.prompt())) {
        both.add(Continued.of(model, said.asked(), choice.positive()).steered(steering));
        both.add(Continued.of(model, said.asked(), choice.negative()).steered(steering));
      }
    }
    List<Divergence> likely = model.compare(both);
    double[] scores = new double[texts.size()];
    int next = 0;
    for (int i = 0; i < scores.length; i++) {
      int from = next;
      int choices = byPrompt.get(texts.get(i).prompt()).size();
      scores[i] =
          IntStream.range(0, choices)
              .mapToDouble(c -> preference(likely, from + 2 * c))
              .average()
              .orElseThrow();
      next += 2 * choices;
    }
    return scores;
  }

  private static double preference(List<Divergence> likely, int at) {
    double difference = logprob(likely.get(at)) - logprob(likely.get(at + 1));
    return 1 / (1 + Math.exp(-difference));
  }

  private static double logprob(Divergence text) {
    double[] logprobs = text.steeredLogprobs();
    return IntStream.range(text.prompt(), logprobs.length)
        .mapToDouble(i -> Math.max(Candidate.LEAST, logprobs[i]))
        .sum();
  }
}
