package dev.steerc.cli.demo;

import dev.steerc.cli.demo.Played.Part;
import dev.steerc.cli.demo.Played.Shown;
import dev.steerc.runtime.Listener;
import dev.steerc.runtime.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A text that is steered otherwise in the middle.
 *
 * @param take its beginning
 * @param tokens how many tokens that lasts
 * @param then the vector for the rest
 */
record Swap(String name, String says, List<String> marks, Take take, int tokens, String then)
    implements Scene {

  @Override
  public Played play(Stage stage) {
    StringBuilder before = new StringBuilder();
    StringBuilder after = new StringBuilder();
    StringBuilder[] now = {before};
    Listener listener = (row, token, piece) -> now[0].append(piece);
    try (Session session = stage.model().start(List.of(stage.prompt(take)), listener)) {
      for (int i = 0; i < tokens; i++) {
        session.step();
      }
      session.steer(stage.steering(List.of(then), Optional.empty()));
      now[0] = after;
      Shown shown =
          new Shown(
              take,
              session.finish().get(0).orThrow(),
              List.of(new Part(take.label(), before.toString()), new Part(then, after.toString())));
      return new Played(this, List.of(List.of(shown)), java(stage));
    }
  }

  private List<String> java(Stage stage) {
    List<String> lines = new ArrayList<>(stage.opening());
    String first = take.steers().get(0);
    lines.add(Stage.steering(first));
    lines.add(Stage.steering(then));
    lines.add("Prompt prompt = Prompt.of(\"" + take.prompt() + "\")");
    lines.add("    .steered(" + first + ").with(s -> s.seed(" + take.seed() + "));");
    lines.add("try (Session session = model.start(List.of(prompt), Listener.NONE)) {");
    lines.add("  for (int i = 0; i < " + tokens + "; i++) session.step();");
    lines.add("  session.steer(" + then + ");");
    lines.add("  List<Completion> texts = session.finish();");
    lines.add("}");
    return lines;
  }
}
