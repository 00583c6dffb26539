package dev.steerc.cli.demo;

import dev.steerc.models.corpus.Concept;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.measure.Effect;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A count in the texts that many prompts give.
 *
 * @param prompts what to go on from, in words that no vector was learnt from
 * @param concepts what to judge the texts for, as {@link Concept} names them
 */
record Survey(Supplier<List<String>> prompts, long seed, List<String> concepts) {

  /** Generates as many texts as there are prompts with the steering of each take. */
  Numbers take(Stage stage, List<Take> takes) {
    List<Prompt> all = prompts.get().stream().map(Prompt::of).toList();
    List<Numbers.Line> lines = new ArrayList<>();
    double plain = 0;
    for (Take take : takes) {
      Effect effect = effect(stage, take, all);
      plain = plain == 0 ? effect.perplexity() : plain;
      lines.add(new Numbers.Line(take.label(), rates(effect.texts()), effect.perplexity() / plain));
    }
    return new Numbers(all.size(), concepts, lines);
  }

  private Effect effect(Stage stage, Take take, List<Prompt> all) {
    return Effect.of(
        stage.model(),
        all,
        stage.steering(take.steers(), Optional.empty()),
        text -> Concept.shows(concepts.get(0), text),
        seed);
  }

  private List<Double> rates(List<String> texts) {
    return concepts.stream()
        .map(concept -> texts.stream().filter(text -> Concept.shows(concept, text)).count())
        .map(count -> count / (double) texts.size())
        .toList();
  }
}
