package dev.steerc.runtime.measure;

import dev.steerc.problem.Code;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.Completion;
import dev.steerc.runtime.Continued;
import dev.steerc.runtime.Divergence;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.Settings;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.steering.Steering;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A model that takes exams, part by part.
 *
 * @param settings what differs from the model's own
 * @param scorer the one that asks the model; empty when texts alone are scored
 */
public record Candidate(
    SteeredModel model, UnaryOperator<Settings> settings, Optional<ContinuationScorer> scorer) {

  /** A token that is ruled out counts as hardly possible, so that all numbers are finite. */
  static final double LEAST = -700;

  /**
   * Generates a text for each prompt of a part, and compares it with the plain model.
   *
   * @throws SteercException when that cannot be done, unless it is that numbers overflow
   */
  public Tally take(Part part, Steering steering) {
    try {
      return taken(part, steering);
    } catch (SteercException e) {
      if (e.problems().stream().anyMatch(problem -> problem.code() != Code.SCORES_NOT_FINITE)) {
        throw e;
      }
      return Tally.overflown(e.problems());
    }
  }

  private Tally taken(Part part, Steering steering) {
    Prompt[] prompts =
        part.questions().stream().map(one -> prompt(one, steering)).toArray(Prompt[]::new);
    List<Completion> done = model.generate(prompts);
    done.forEach(Completion::orThrow);
    List<Divergence> compared = compared(part, done, steering);
    List<String> texts = done.stream().map(Completion::text).toList();
    return new Tally(
        texts,
        scores(part, texts, steering),
        compared.stream().mapToDouble(text -> text.surprise(-LEAST)).sum(),
        compared.stream().mapToDouble(text -> text.total(-LEAST)).sum(),
        done.stream().mapToLong(text -> text.prompt().length).sum(),
        done.stream().mapToLong(text -> text.tokens().length).sum(),
        List.of());
  }

  private Prompt prompt(Part.Question question, Steering steering) {
    return Prompt.of(question.asked())
        .steered(steering)
        .with(own -> settings.apply(own).sequences(1).seed(question.seed()));
  }

  /** The texts behind the plain prompts. */
  private List<Divergence> compared(Part part, List<Completion> done, Steering steering) {
    List<Continued> texts = new ArrayList<>();
    for (int i = 0; i < done.size(); i++) {
      Prompt plain = Prompt.of(part.questions().get(i).prompt());
      texts.add(new Continued(plain.steered(steering), done.get(i).tokens()));
    }
    return model.compare(texts);
  }

  private List<Double> scores(Part part, List<String> texts, Steering steering) {
    List<Said> said = Said.of(part, texts);
    return scorer.stream()
        .flatMap(asking -> Arrays.stream(asking.scores(model, steering, said)).boxed())
        .toList();
  }
}
