package dev.steerc.cli;

import dev.steerc.cli.demo.Stage;
import dev.steerc.models.Gpt2;
import dev.steerc.models.RandomGpt2;
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
    DemoModel demo = DemoModel.unpack(folder.resolve("demo"));
    Path spelled = folder.resolve("spelled.onnx");
    RandomGpt2.write(spelled, new Gpt2.Config(2, 64, 2, 256, 32), 1, false);
    boolean done =
        Stream.concat(commands(demo), patching(spelled.toString())).allMatch(Rehearsal::run);
    Scratch.discard(folder);
    System.exit(done ? 0 : 1);
  }

  private static Stream<List<String>> commands(DemoModel demo) {
    String model = demo.model().toString();
    String steered = demo.steered().toString();
    List<String> patch = Stage.patching(demo).stream().flatMap(List::stream).toList();
    return Stream.of(
        List.of("--version"),
        List.of("inspect", model),
        List.of("inspect", model, "--json"),
        patch,
        List.of("patch", model, "--layers", "1", "--json", "-o", steered + ".again"),
        List.of("unpatch", steered, "-o", steered + ".back"),
        running(steered, demo),
        List.of("prepare", steered, "-o", steered + ".prepared"),
        running(steered + ".prepared", demo),
        List.of("bench", "serve", "--clients", "1", "--seconds", "1", "--max-tokens", "4"));
  }

  /** A model whose norms are spelled out, as most exporters write them. */
  private static Stream<List<String>> patching(String model) {
    return Stream.of(
        List.of("patch", model, "--layers", "all", "--op", "add,project", "--tap"),
        List.of("patch", model, "--layers", "1", "--thin", "-o", model + ".thin"),
        List.of("patch", model, "--last-logits", "-o", model + ".last"));
  }

  private static List<String> running(String model, DemoModel demo) {
    String vectors = demo.vectors().toString();
    return List.of(
        "run", model, "Tom", "--max-new-tokens", "4", "--steer", "joy:1", "--vectors", vectors);
  }

  private static boolean run(List<String> command) {
    String[] words = command.toArray(String[]::new);
    return Main.commandLine(words).execute(words) == 0;
  }
}
