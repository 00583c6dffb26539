package dev.steerc.trainer;

import dev.steerc.models.corpus.Concept;
import dev.steerc.runtime.Completion;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.steering.Steering;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What steering does to the meaning of sampled texts. */
final class Meaning {

  /**
   * A measurement over many texts.
   *
   * @param rate the share that has the concept, by the words of the lexicon
   * @param perplexity of the texts behind their prompts, under the model without steering
   * @param distinct2 the share of different pairs of words among all: variety
   */
  record Score(double rate, double perplexity, double distinct2) {}

  private final SteeredModel model;
  private final Forward plain;

  Meaning(SteeredModel model, Forward plain) {
    this.model = model;
    this.plain = plain;
  }

  /** Generates a text for each prompt and measures them. */
  Score measure(String concept, List<String> prompts, Steering steering, long seed) {
    List<Prompt> all = new ArrayList<>();
    for (int i = 0; i < prompts.size(); i++) {
      long own = seed + 1000L * i;
      all.add(Prompt.of(prompts.get(i)).steered(steering).with(s -> s.seed(own).maxNewTokens(50)));
    }
    List<Completion> texts = model.generate(all.toArray(Prompt[]::new));
    double hits = 0;
    double surprise = 0;
    Set<String> pairs = new HashSet<>();
    int words = 0;
    for (int i = 0; i < texts.size(); i++) {
      Completion text = texts.get(i);
      hits += Concept.shows(concept, text.text()) ? 1 : 0;
      surprise += surprise(text);
      String[] parts = text.text().strip().split("\\s+");
      for (int w = 1; w < parts.length; w++) {
        pairs.add(parts[w - 1] + " " + parts[w]);
        words++;
      }
    }
    double n = texts.size();
    return new Score(hits / n, Math.exp(surprise / n), pairs.size() / (double) Math.max(1, words));
  }

  private double surprise(Completion text) {
    long[] ids = new long[text.prompt().length + text.tokens().length];
    System.arraycopy(text.prompt(), 0, ids, 0, text.prompt().length);
    System.arraycopy(text.tokens(), 0, ids, text.prompt().length, text.tokens().length);
    return plain.surprise(ids, text.prompt().length);
  }
}
