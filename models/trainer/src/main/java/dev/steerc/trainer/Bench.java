package dev.steerc.trainer;

import dev.steerc.Steerc;
import dev.steerc.plan.AddVector;
import dev.steerc.plan.InputMode;
import dev.steerc.plan.Intervention;
import dev.steerc.plan.Project;
import dev.steerc.plan.Request;
import dev.steerc.plan.Site;
import dev.steerc.plan.Tap;
import dev.steerc.runtime.ModelOptions;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.capture.Capture;
import dev.steerc.runtime.capture.Progress;
import dev.steerc.runtime.learn.Contrast;
import dev.steerc.runtime.learn.Examples;
import dev.steerc.runtime.learn.Form;
import dev.steerc.runtime.learn.Learned;
import dev.steerc.runtime.learn.Learning;
import dev.steerc.runtime.learn.Lesson;
import dev.steerc.runtime.learn.Method;
import dev.steerc.runtime.measure.Effect;
import dev.steerc.runtime.steering.Steering;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** The demo model with ports and a tap in the middle of every block, to try vectors on. */
final class Bench implements AutoCloseable {
  /** Behind the attention, which fetches what a text is like, and before the MLP that uses it. */
  static final Site.Kind KIND = Site.Kind.RESID_MID;

  private static final int MOST = 50;
  private static final Lesson DIFFERENCE = new Lesson(Method.DIFFMEAN, Form.ADD, 0, 1);

  private final SteeredModel model;
  private final int blocks;

  /**
   * Patches the model of a folder.
   *
   * @param twin where the patched model goes
   */
  Bench(Path folder, Path twin) {
    Path model = folder.resolve(Export.MODEL);
    this.blocks = Steerc.inspect(model).model().blocks();
    Steerc.patch(model, Request.of(everywhere(), InputMode.OPTIONAL), twin);
    this.model = SteeredModel.open(twin, ModelOptions.DEFAULT.threads(1).tokenizer(folder));
  }

  private List<Intervention> everywhere() {
    List<Intervention> all = new ArrayList<>();
    for (int block = 0; block < blocks; block++) {
      Site site = site(block);
      all.add(new AddVector(site));
      all.add(new Project(site, OptionalInt.empty()));
      all.add(new Tap(site));
    }
    return all;
  }

  static Site site(int block) {
    return new Site.InBlock(block, KIND);
  }

  /** The fingerprint of the model that is not patched. */
  String base() {
    return model.ports().base();
  }

  /** Runs of neighbouring blocks, such as 1, 2 and 2, 3, but for the first alone. */
  List<List<Integer>> places() {
    List<List<Integer>> all = new ArrayList<>();
    for (int end = 2; end <= blocks; end++) {
      for (int from = end - 1; from >= 0; from--) {
        all.add(IntStream.range(from, end).boxed().toList());
      }
    }
    return all;
  }

  /** What the difference of means of all pairs is at each site. */
  Map<Site, Learned> learn(Goal.Lesson lesson) {
    List<Contrast> contrasts =
        lesson.pairs().stream()
            .map(pair -> new Contrast(pair.positive(), pair.negative()))
            .toList();
    Capture capture = Capture.of(model, model.ports().taps().keySet(), lesson.pooling());
    Examples examples = Examples.ofPairs(contrasts);
    return Learning.of(capture, examples, DIFFERENCE, Progress.NONE).learned();
  }

  /** What a steering does to the continuations of prompts, each with a seed of its own. */
  Effect effect(List<String> prompts, Steering steering, Predicate<String> judge, long seed) {
    List<Prompt> all =
        prompts.stream()
            .map(Prompt::of)
            .map(prompt -> prompt.with(settings -> settings.maxNewTokens(MOST)))
            .toList();
    return Effect.of(model, all, steering, judge, seed);
  }

  SteeredModel model() {
    return model;
  }

  @Override
  public void close() {
    model.close();
  }
}
