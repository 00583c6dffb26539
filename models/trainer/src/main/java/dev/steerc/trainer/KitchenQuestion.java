package dev.steerc.trainer;

import dev.steerc.models.corpus.Concept;
import dev.steerc.models.corpus.Pair;
import dev.steerc.models.corpus.Prompts;
import dev.steerc.models.corpus.Sort;
import dev.steerc.models.corpus.Tone;
import dev.steerc.models.corpus.Topic;
import dev.steerc.models.corpus.Use;
import dev.steerc.plan.Site;
import dev.steerc.runtime.Completion;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.Trace;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.learn.Direction;
import dev.steerc.runtime.learn.Span;
import dev.steerc.runtime.steering.Condition;
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
  private static final long SEED = 1;
  private static final int MANY = 200;

  /** A place to look at, and the cosine above which a question is about the kitchen. */
  private record Eye(Site site, Floats vector, double threshold, double margin) {
    Condition condition() {
      return Condition.above(site, vector, threshold);
    }

    String text() {
      return String.format(Locale.ROOT, "%s@%s>%.3f", NAME, site.text(), threshold);
    }
  }

  /**
   * Learns it and measures the pirate that answers such questions only.
   *
   * @param vectors the folder, in which the pirate is
   */
  Measured.Condition learn(Path vectors, int prompts) {
    Eye eye = eye();
    Vector vector =
        new Vector(
            NAME,
            Map.of(eye.site(), new Edit.Add(eye.vector())),
            Optional.empty(),
            Optional.of(bench.base()));
    Map<String, String> metadata = Map.of("method", "difference of means", "use", eye.text());
    VectorFile.write(vector, metadata, vectors.resolve(NAME + ".safetensors"));
    Vector pirate = VectorFile.read(vectors.resolve(STEER + ".safetensors"));
    Steering steering = Steering.of(Term.of(pirate, 1).when(eye.condition()));
    List<Completion> on = answers(about(Use.REPORTING), prompts, steering);
    List<Completion> elsewhere = answers(others(Use.REPORTING), prompts, steering);
    return new Measured.Condition(
        STEER,
        eye.text(),
        acting(on),
        acting(elsewhere),
        shown(on),
        shown(elsewhere),
        List.of(about(Use.REPORTING).size(), others(Use.REPORTING).size()));
  }

  private static List<String> about(Use use) {
    return questions(use, Topic.KITCHEN);
  }

  private static List<String> others(Use use) {
    return Arrays.stream(Topic.values())
        .filter(topic -> topic != Topic.KITCHEN)
        .flatMap(topic -> questions(use, topic).stream())
        .toList();
  }

  private static List<String> questions(Use use, Topic topic) {
    return Arrays.stream(Sort.values())
        .filter(sort -> sort != Sort.BAD)
        .flatMap(sort -> Prompts.questions(use, sort, topic, SEED, MANY).stream())
        .toList();
  }

  /** The site at which the two are farthest apart. */
  private Eye eye() {
    List<String> on = about(Use.CHOOSING);
    List<String> off = others(Use.CHOOSING);
    List<Pair> pairs = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      pairs.add(new Pair("", on.get(i % on.size()), off.get(i % off.size())));
    }
    Map<Site, Direction> directions = bench.learn(new Goal.Lesson(NAME, pairs, Span.ALL));
    return directions.entrySet().stream()
        .map(entry -> eye(entry.getKey(), entry.getValue().vector(), on, off))
        .max((a, b) -> Double.compare(a.margin(), b.margin()))
        .orElseThrow();
  }

  /** The threshold lies halfway between the means, which are so many deviations apart. */
  private Eye eye(Site site, Floats vector, List<String> on, List<String> off) {
    double[] more = cosines(site, vector, on);
    double[] less = cosines(site, vector, off);
    double deviations = deviation(more) + deviation(less);
    double threshold = (mean(more) * deviation(less) + mean(less) * deviation(more)) / deviations;
    return new Eye(site, vector, threshold, (mean(more) - mean(less)) / deviations);
  }

  private double[] cosines(Site site, Floats vector, List<String> texts) {
    List<Prompt> prompts = texts.stream().map(Prompt::of).toList();
    return bench.model().trace(prompts, Set.of(site)).stream()
        .map(Trace::activations)
        .mapToDouble(activations -> cosine(activations.get(site), vector))
        .toArray();
  }

  /** Of the mean over the tokens with a direction, as {@link Condition} takes it. */
  private static double cosine(Floats activations, Floats vector) {
    float[] sums = new float[vector.width()];
    for (int i = 0; i < activations.values().length; i++) {
      sums[i % sums.length] += activations.values()[i];
    }
    double dot = 0;
    for (int i = 0; i < sums.length; i++) {
      dot += (double) sums[i] * vector.values()[i];
    }
    return dot / Form.length(new Floats(vector.dims(), sums)) / Form.length(vector);
  }

  private static double mean(double... values) {
    return Arrays.stream(values).average().orElseThrow();
  }

  private static double deviation(double... values) {
    double mean = mean(values);
    double squares = Arrays.stream(values).map(value -> (value - mean) * (value - mean)).sum();
    return Math.sqrt(squares / values.length);
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
