package dev.steerc.cli.demo;

import dev.steerc.Patched;
import dev.steerc.Steerc;
import dev.steerc.cli.demo.Played.Shown;
import dev.steerc.models.demo.DemoModel;
import dev.steerc.plan.AddVector;
import dev.steerc.plan.Layers;
import dev.steerc.plan.Project;
import dev.steerc.plan.Request;
import dev.steerc.plan.Site;
import dev.steerc.plan.Tap;
import dev.steerc.runtime.Completion;
import dev.steerc.runtime.ModelOptions;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.steering.Condition;
import dev.steerc.runtime.steering.SteerText;
import dev.steerc.runtime.steering.Steering;
import dev.steerc.runtime.steering.Term;
import dev.steerc.runtime.steering.VectorStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The patched demo model, open.
 *
 * @param vectors those that belong to it
 */
public record Stage(DemoModel demo, SteeredModel model, VectorStore vectors)
    implements AutoCloseable {
  /** Where the model's vectors act. */
  static final Site.Kind SITE = Site.Kind.RESID_MID;

  /** The arguments that make {@code steerc} patch the model. */
  public static List<List<String>> patching(DemoModel demo) {
    return List.of(
        List.of("patch", demo.model().toString()),
        List.of("--layers", "all"),
        List.of("--site", SITE.label()),
        List.of("--op", "add,project"),
        List.of("--tap"));
  }

  /** Patches the model as those arguments say: all that there is, in the middle of each block. */
  public static Patched patch(DemoModel demo) {
    Request request =
        new Request(
            List.of(),
            Optional.of(Layers.parse("all")),
            List.of(SITE),
            List.of(AddVector::new, site -> new Project(site, OptionalInt.empty()), Tap::new),
            List.of(),
            Optional.empty());
    return Steerc.patch(demo.model(), request, demo.steered());
  }

  /** Opens the patched model. */
  public static Stage open(DemoModel demo) {
    // more threads make so small a model no faster, and far slower where others want the processor
    ModelOptions options = ModelOptions.DEFAULT.threads(1);
    return new Stage(
        demo, SteeredModel.open(demo.steered(), options), VectorStore.open(demo.vectors()));
  }

  /** A steering as {@code steerc run} makes it from its options. */
  Steering steering(List<String> steers, Optional<String> when) {
    Optional<Condition> condition = when.map(vectors::condition);
    List<Term> terms = new ArrayList<>();
    for (String steer : steers) {
      SteerText text = SteerText.parse(steer);
      Term term = text.term(vectors.get(text.source()));
      terms.add(condition.map(term::when).orElse(term));
    }
    return Steering.of(terms.toArray(Term[]::new));
  }

  /** What the model is given for a text. */
  Prompt prompt(Take take) {
    return Prompt.of(take.prompt())
        .steered(steering(take.steers(), take.when()))
        .with(settings -> settings.seed(take.seed()));
  }

  /** Generates texts in one run. */
  List<Shown> generate(List<Take> takes) {
    List<Completion> done = model.generate(takes.stream().map(this::prompt).toArray(Prompt[]::new));
    List<Shown> shown = new ArrayList<>();
    for (int i = 0; i < takes.size(); i++) {
      shown.add(Shown.of(takes.get(i), done.get(i).orThrow()));
    }
    return shown;
  }

  /** The Java that opens the same. */
  List<String> opening() {
    return List.of(
        "SteeredModel model = SteeredModel.open(Path.of(\"" + demo.steered() + "\"));",
        "VectorStore vectors = VectorStore.open(Path.of(\"" + demo.vectors() + "\"));");
  }

  /** The Java that makes a steering of one vector. */
  static String steering(String vector) {
    return "Steering " + vector + " = Steering.of(vectors.get(\"" + vector + "\"), 1);";
  }

  @Override
  public void close() {
    model.close();
  }
}
