package dev.steerc.trainer;

import dev.steerc.Steerc;
import dev.steerc.models.corpus.Use;
import dev.steerc.runtime.steering.VectorFile;
import dev.steerc.trainer.Measured.Entry;
import dev.steerc.trainer.Search.Found;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Learns the demo model's vectors and measures what they do. */
@Command(
    name = "vectors",
    description =
        "Learns a vector for each concept by difference of means, chooses blocks and strength on one"
            + " set of prompts, and measures what it does on another. A vector's strength is 1"
            + " where it was chosen.",
    footer = {
      "",
      "Example:",
      "  models/recipe vectors                        after train (20 minutes)",
      "  models/recipe vectors --only joy             one of them; the others' numbers stay"
    },
    sortOptions = false,
    showDefaultValues = true)
final class VectorsCommand implements Callable<Integer> {
  private static final List<String> SETTINGS = List.of("config.json", "generation_config.json");

  @Option(
      names = "--demo",
      defaultValue = "${sys:steerc.root:-.}/models/demo",
      description = "folder of the model; the vectors go into the folder `vectors` in it")
  private Path demo;

  @Option(names = "--pairs", description = "of texts to learn from")
  private int pairs = 400;

  @Option(names = "--choosing", description = "prompts for each setting that is tried")
  private int choosing = 60;

  @Option(names = "--reporting", description = "prompts for each number that is reported")
  private int reporting = 200;

  @Option(names = "--only", paramLabel = "VECTOR", description = "learn this one only, repeatable")
  private List<String> only = List.of();

  @Override
  public Integer call() throws IOException {
    Path scratch = Files.createTempDirectory("steerc-vectors");
    Path twin = scratch.resolve(Export.MODEL);
    for (String file : SETTINGS) { // beside the model, or a text would not end where it does
      Files.copy(demo.resolve(file), scratch.resolve(file));
    }
    Measured measured = Measured.begun(demo, pairs, reporting);
    System.out.println(Report.HEAD);
    try (Bench bench = new Bench(demo, twin)) {
      Report report = new Report(bench, reporting);
      for (Goal goal : Goal.all(pairs)) {
        if (only.isEmpty() || only.contains(goal.vector())) {
          measured = measured.with(learn(bench, report, goal));
          measured.write(demo); // whatever stops this, what is done is done
        }
      }
      if (only.isEmpty() || only.contains(KitchenQuestion.NAME)) {
        Measured.Condition condition =
            new KitchenQuestion(bench).learn(demo.resolve("vectors"), reporting);
        System.out.println(condition);
        measured = measured.with(condition);
        measured.write(demo);
      }
    } finally {
      for (String file : SETTINGS) {
        Files.deleteIfExists(scratch.resolve(file));
      }
      Files.deleteIfExists(twin);
      Files.deleteIfExists(scratch);
    }
    System.out.println("wrote " + demo.resolve(Measured.FILE) + " and the vectors");
    System.out.println("next: models/recipe card");
    return 0;
  }

  private List<Entry> learn(Bench bench, Report report, Goal goal) throws IOException {
    Search search = new Search(bench, goal, choosing);
    Found found = search.best();
    Path folder = Files.createDirectories(demo.resolve("vectors"));
    Path file = folder.resolve(goal.vector() + ".safetensors");
    VectorFile.write(found.vector(), metadata(goal, found), file);
    List<Entry> entries = report.entries(goal, found);
    entries.forEach(entry -> System.out.println(Report.line(entry)));
    return entries;
  }

  /** What the file tells of how it was made; the norms are those of the sites. */
  private Map<String, String> metadata(Goal goal, Found found) {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("producer", "steerc " + Steerc.VERSION);
    metadata.put("method", "difference of means");
    metadata.put("concept", goal.concept());
    metadata.put("pairs", found.lesson().pairs().size() + " of " + found.lesson().name());
    metadata.put("factor", Double.toString(found.factor()));
    metadata.put("positions", goal.positions().toString());
    found
        .vector()
        .edits()
        .keySet()
        .forEach(
            site -> {
              double norm = found.directions().get(site).diagnosis().typical();
              metadata.put("norm." + site.path(), String.format(Locale.ROOT, "%.3f", norm));
            });
    metadata.put(
        "chosen with", choosing + " prompts for " + Use.CHOOSING.name().toLowerCase(Locale.ROOT));
    return metadata;
  }
}
