package dev.steerc.trainer;

import dev.steerc.models.corpus.Concept;
import dev.steerc.models.corpus.Prompts;
import dev.steerc.models.corpus.Tone;
import dev.steerc.models.corpus.Topic;
import dev.steerc.plan.Site;
import dev.steerc.runtime.Completion;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.steering.Condition;
import dev.steerc.runtime.steering.ConditionText;
import dev.steerc.runtime.steering.Edit;
import dev.steerc.runtime.steering.Steering;
import dev.steerc.runtime.steering.Term;
import dev.steerc.runtime.steering.Vector;
import dev.steerc.runtime.steering.VectorFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The direction that tells questions about the kitchen from others, and what depends on it. */
record KitchenQuestion(Bench bench) {
  static final String NAME = "kitchen-question";
  private static final String STEER = "pirate";
  private static final Site SITE = Bench.site(2);

  /**
   * Learns it and measures the pirate that answers such questions only.
   *
   * @param vectors the folder, in which the pirate is
   */
  Measured.Condition learn(Path vectors, int prompts) {
    List<double[]> about = means(some(true, 0));
    List<double[]> others = means(some(false, 0));
    Floats direction = Discriminant.of(about, others);
    double threshold = (mean(direction, about) + mean(direction, others)) / 2;
    Vector vector =
        new Vector(
            NAME,
            Map.of(SITE, new Edit.Add(direction)),
            Optional.empty(),
            Optional.of(bench.base()));
    String when = String.format(Locale.ROOT, "%s@%s>%.3f", NAME, SITE.text(), threshold);
    Map<String, String> metadata = Map.of("method", "linear discriminant", "use", when);
    VectorFile.write(vector, metadata, vectors.resolve(NAME + ".safetensors"));
    Vector pirate = VectorFile.read(vectors.resolve(STEER + ".safetensors"));
    Condition condition = ConditionText.parse(when).condition(vector);
    Steering steering = Steering.of(Term.of(pirate, 1).when(condition));
    List<Completion> on = answers(some(true, 1), prompts, steering);
    List<Completion> elsewhere = answers(some(false, 1), prompts, steering);
    return new Measured.Condition(
        STEER,
        when,
        acting(on),
        acting(elsewhere),
        shown(on),
        shown(elsewhere),
        List.of(some(true, 1).size(), some(false, 1).size()));
  }

  private static List<String> some(boolean isAbout, int half) {
    return Prompts.halves(Topic.KITCHEN, isAbout).get(half);
  }

  /** The mean activation of each text, of length 1. */
  private List<double[]> means(List<String> texts) {
    List<Prompt> prompts = texts.stream().map(Prompt::of).toList();
    return bench.model().trace(prompts, Set.of(SITE)).stream()
        .map(trace -> mean(trace.activations().get(SITE)))
        .toList();
  }

  private static double[] mean(Floats activations) {
    double[] mean = new double[activations.width()];
    for (int i = 0; i < activations.values().length; i++) {
      mean[i % mean.length] += activations.values()[i];
    }
    double length = Math.sqrt(Arrays.stream(mean).map(x -> x * x).sum());
    return Arrays.stream(mean).map(x -> x / length).toArray();
  }

  /** The mean cosine of vectors of length 1 with a direction, as a {@link Condition} takes it. */
  private static double mean(Floats direction, List<double[]> vectors) {
    double sum = 0;
    for (double[] vector : vectors) {
      for (int i = 0; i < vector.length; i++) {
        sum += vector[i] * direction.values()[i];
      }
    }
    return sum / vectors.size() / length(direction);
  }

  private static double length(Floats direction) {
    double squares = 0;
    for (float x : direction.values()) {
      squares += (double) x * x;
    }
    return Math.sqrt(squares);
  }

  private List<Completion> answers(List<String> questions, int count, Steering steering) {
    List<Completion> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long seed = i;
      Prompt prompt =
          Prompt.of(questions.get(i % questions.size()))
              .steered(steering)
              .with(settings -> settings.seed(seed));
      all.addAll(bench.model().generate(prompt));
    }
    return all;
  }

  private static double acting(List<Completion> answers) {
    long acting = answers.stream().filter(answer -> answer.readings().get(0).acts()).count();
    return (double) acting / answers.size();
  }

  private static double shown(List<Completion> answers) {
    String concept = Tone.PIRATE.word();
    long shown = answers.stream().filter(text -> Concept.shows(concept, text.text())).count();
    return (double) shown / answers.size();
  }
}
