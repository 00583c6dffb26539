package dev.steerc.runtime.laws;

import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import dev.steerc.Steerc;
import dev.steerc.onnx.Graph;
import dev.steerc.plan.InputMode;
import dev.steerc.plan.Request;
import dev.steerc.problem.SteercException;
import dev.steerc.residual.Padding;
import dev.steerc.residual.Tail;
import dev.steerc.runtime.Engine;
import dev.steerc.runtime.Feed;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.proof.Trial;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A model with {@code --last-logits} scores each row's last position as the original does. */
class LastLogitsLawTest {
  private static final long SEED = 11;

  @TempDir private Path folder;

  /** A run, and which of its positions is each row's last; -1 where a row has none. */
  private record Run(String name, Map<String, Feed> feeds, int[] last) {}

  static List<ModelUnderTest> models() {
    return ModelUnderTest.all();
  }

  @ParameterizedTest
  @MethodSource("models")
  void explore(ModelUnderTest model) throws IOException {
    Tail tail = model.residual().streams().get(0).tail();
    System.out.println(
        "TAIL "
            + model
            + " "
            + tail.obstacle().map(Object::toString).orElseGet(() -> tail.cuts().get(0).value())
            + " mask "
            + tail.padding());
    if (tail.obstacle().isPresent()) return;
    Path out = Files.createTempDirectory(folder, "o").resolve(model.path().getFileName());
    var p =
        Steerc.patch(
            model.path(), Request.of(List.of(), InputMode.OPTIONAL).withLastLogits(true), out);
    System.out.println(
        "NODES "
            + model
            + " +"
            + p.patch().addedNodes()
            + " replaced "
            + p.patch().replacedNodes());
    for (OptLevel level : OptLevel.values()) {
      try (Engine a = Engine.open(model.path(), level);
          Engine b = Engine.open(out, level)) {
        Graph g = model.residual().streams().get(0).graph();
        while (g.outer().isPresent()) g = g.outer().get();
        for (Run run : runs(model, a)) {
          try {
            Map<String, Floats> x;
            try {
              x = a.run(run.feeds(), Map.of());
            } catch (SteercException e) {
              System.out.println("SKIP " + model + " " + run.name() + e.getMessage());
              continue;
            }
            Map<String, Floats> y = b.run(run.feeds(), Map.of());
            double other = 0, own = 0;
            for (String n : x.keySet()) {
              if (x.get(n).dims().length == 3 && x.get(n).dims()[1] != y.get(n).dims()[1]
                  || n.equals("logits")) {
                for (int r = 0; r < run.last().length; r++) {
                  if (run.last()[r] < 0) continue;
                  int w = x.get(n).width();
                  int s = (int) x.get(n).dims()[1];
                  for (int i = 0; i < w; i++)
                    own =
                        Math.max(
                            own,
                            Math.abs(
                                x.get(n).values()[(r * s + run.last()[r]) * w + i]
                                    - y.get(n).values()[r * w + i]));
                }
              } else other = Math.max(other, x.get(n).distance(y.get(n)));
            }
            System.out.println(
                "DIST "
                    + model
                    + " "
                    + level
                    + " "
                    + run.name()
                    + " own "
                    + own
                    + " other "
                    + other);
          } catch (SteercException e) {
            System.out.println(
                "FAIL "
                    + model
                    + " "
                    + level
                    + " "
                    + run.name()
                    + " "
                    + e.getMessage()
                    + e.problems());
          }
        }
      }
    }
  }

  private static List<Run> runs(ModelUnderTest model, Engine engine) {
    Padding padding = model.residual().streams().get(0).tail().padding();
    List<Run> runs = new ArrayList<>();
    for (Trial trial : Trial.of(engine.inputs(), Optional.of(model.residual()), SEED)) {
      int[] plain = new int[trial.rows()];
      java.util.Arrays.fill(plain, trial.tokens() - 1);
      runs.add(new Run(trial.name(), trial.feeds(), plain));
      if (!padding.mask().isEmpty()) {
        for (boolean right : new boolean[] {false, true}) {
          Feed old = trial.feeds().get(padding.mask());
          int total = (int) old.dims()[1];
          int row = trial.rows() - 1;
          Map<String, Feed> feeds = new HashMap<>(trial.feeds());
          feeds.put(
              padding.mask(),
              Feed.of(
                  old.type(),
                  old.dims(),
                  i ->
                      i / total == row && (right ? i % total >= total - 2 : i % total < 2)
                          ? 0
                          : 1));
          int[] last = plain.clone();
          last[row] = right ? trial.tokens() - 3 : trial.tokens() - 1;
          runs.add(new Run(trial.name() + (right ? " right" : " left"), feeds, last));
        }
      }
    }
    return runs;
  }
}
