package dev.steerc.cli;

import dev.steerc.cli.demo.Stage;
import dev.steerc.models.demo.DemoModel;
import dev.steerc.onnx.Scratch;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Runs once, when steerc is built, what users start most: so the JVM learns which classes to keep
 * ready in its archive, and ONNX Runtime's libraries are where every start finds them.
 */
final class Rehearsal {
  private Rehearsal() {}

  /**
   * Rehearses; ends with 1 when a command fails.
   *
   * @param args the folder for the libraries
   */
  public static void main(String[] args) throws Exception {
    Natives.unpack(Path.of(args[0]));
    Path folder = Scratch.folder("steerc-rehearsal");
    boolean done = commands(DemoModel.unpack(folder.resolve("demo"))).allMatch(Rehearsal::run);
    Scratch.discard(folder);
    System.exit(done ? 0 : 1);
  }

  private static Stream<List<String>> commands(DemoModel demo) {
    String model = demo.model().toString();
    String steered = demo.steered().toString();
    String prepared = steered + ".prepared";
    List<String> patch = Stage.patching(demo).stream().flatMap(List::stream).toList();
    return Stream.of(
        List.of("--version"),
        List.of("inspect", model),
        List.of("inspect", model, "--json"),
        patch,
        List.of("patch", model, "--layers", "1", "--json", "-o", steered + ".again"),
        List.of("unpatch", steered, "-o", steered + ".back"),
        List.of(
            "run",
            steered,
            "Tom",
            "--max-new-tokens",
            "4",
            "--steer",
            "joy:1",
            "--vectors",
            demo.vectors().toString()),
        List.of("prepare", steered, "-o", prepared),
        List.of("run", prepared, "Tom", "--greedy", "--max-new-tokens", "1"),
        List.of("bench", "serve", "--clients", "1", "--seconds", "1", "--max-tokens", "4"));
  }

  private static boolean run(List<String> command) {
    String[] words = command.toArray(String[]::new);
    return Main.commandLine(words).execute(words) == 0;
  }
}
