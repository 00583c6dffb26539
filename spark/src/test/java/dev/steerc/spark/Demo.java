package dev.steerc.spark;

import dev.steerc.cli.demo.Stage;
import dev.steerc.manifest.Json;
import dev.steerc.models.corpus.Prompts;
import dev.steerc.models.corpus.Sort;
import dev.steerc.models.corpus.Use;
import dev.steerc.models.demo.DemoModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The demo model, patched, and prompts for it. */
public final class Demo {
  /** What rows are steered with, by turns; the last is without. */
  public static final List<String> STEERINGS =
      List.of(
          "joy:2", "gloom:1.5", "ocean:1@3.resid_mid", "joy:1,ocean:1", "ablate=refusal:1", "none");

  private Demo() {}

  /** Unpacks and patches it. */
  public static DemoModel in(Path folder) throws IOException {
    DemoModel demo = DemoModel.unpack(folder);
    Stage.patch(demo);
    return demo;
  }

  /** Rows of prompts of many lengths, with all steerings. */
  public static List<Map<String, Object>> rows(int count) {
    List<String> prompts = new ArrayList<>();
    for (long seed = 1; prompts.size() < count; seed++) {
      int some = Math.min(1000, count);
      prompts.addAll(Prompts.plainStories(Use.CHOOSING, seed, some));
      prompts.addAll(Prompts.letters(Use.CHOOSING, seed, some));
      prompts.addAll(Prompts.questions(Use.CHOOSING, Sort.GOOD, seed, some));
    }
    List<Map<String, Object>> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      rows.add(
          Json.object(
              "id",
              (long) i,
              "prompt",
              prompts.get(i),
              "steer",
              STEERINGS.get(i % STEERINGS.size())));
    }
    return rows;
  }

  /** The same as a file of JSON lines. */
  public static Path jsonLines(Path file, List<Map<String, Object>> rows) throws IOException {
    return Files.write(file, rows.stream().map(Json::write).toList());
  }
}
