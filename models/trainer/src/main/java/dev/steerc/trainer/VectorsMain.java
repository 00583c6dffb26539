package dev.steerc.trainer;

import dev.steerc.Steerc;
import dev.steerc.models.corpus.Concept;
import dev.steerc.models.corpus.Prompts;
import dev.steerc.models.corpus.Sort;
import dev.steerc.models.corpus.Use;
import dev.steerc.plan.AddVector;
import dev.steerc.plan.InputMode;
import dev.steerc.plan.Intervention;
import dev.steerc.plan.Project;
import dev.steerc.plan.Request;
import dev.steerc.plan.Site;
import dev.steerc.plan.Tap;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.format.Safetensors;
import dev.steerc.runtime.steering.Edit;
import dev.steerc.runtime.steering.Steering;
import dev.steerc.runtime.steering.Vector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Learns the demo model's vectors, chooses a block and a strength for each on one set of prompts
 * and reports what they do on another.
 */
public final class VectorsMain {
  private static final int PAIRS = 200;
  private static final int CHOOSING = 30;
  private static final int REPORTING = 200;
  private static final double[] STRENGTHS = {1, 2, 3, 4, 5, 6, 8};
  private static final double FLUENT = 1.15;

  private final Path folder;
  private final Forward tapped;
  private final Forward plain;
  private final SteeredModel steered;
  private final int blocks;

  private VectorsMain(Path folder, Path scratch) {
    Path model = folder.resolve("model.onnx");
    this.folder = folder;
    this.blocks = Steerc.inspect(model).model().blocks();
    Path twin = scratch.resolve("steered.onnx");
    Steerc.patch(model, Request.of(everywhere(), InputMode.OPTIONAL), twin);
    this.tapped = Forward.open(twin, folder);
    this.plain = Forward.open(model, folder);
    this.steered = open(twin, folder);
  }

  private static SteeredModel open(Path model, Path folder) {
    return SteeredModel.open(model, dev.steerc.runtime.ModelOptions.DEFAULT.tokenizer(folder));
  }

  private List<Intervention> everywhere() {
    List<Intervention> all = new ArrayList<>();
    for (int block = 0; block < blocks; block++) {
      Site site = new Site.InBlock(block, Site.Kind.RESID_POST);
      all.add(new AddVector(site));
      all.add(new Project(site, OptionalInt.empty()));
      all.add(new Tap(site));
    }
    return all;
  }

  /** Takes the folder of the model. */
  public static void main(String... args) throws Exception {
    Path scratch = Files.createTempDirectory("steerc-vectors");
    new VectorsMain(Path.of(args[0]), scratch).run(List.of(args).subList(1, args.length));
  }

  private void run(List<String> concepts) throws Exception {
    Files.createDirectories(folder.resolve("vectors"));
    System.out.println(
        "| concept | block | strength | rate plain | rate steered | perplexity | distinct-2 plain | distinct-2 |");
    System.out.println("| --- | --- | --- | --- | --- | --- | --- | --- |");
    for (String concept : concepts) {
      learn(concept);
    }
  }

  private void learn(String concept) {
    List<float[]> directions = new DiffMean(tapped, blocks).learn(Concept.pairs(concept, 1, PAIRS));
    Meaning meaning = new Meaning(steered, plain);
    List<String> choosing = prompts(concept, Use.CHOOSING, CHOOSING);
    Meaning.Score base = meaning.measure(concept, choosing, Steering.NONE, 1);
    double best = -1;
    int block = 0;
    double strength = 0;
    for (int b = 0; b < blocks; b++) {
      for (double s : STRENGTHS) {
        Meaning.Score score = meaning.measure(concept, choosing, at(b, directions.get(b), s), 1);
        double ratio = score.perplexity() / base.perplexity();
        double value = score.rate() - (ratio > FLUENT ? 2 * (ratio - FLUENT) : 0);
        System.err.printf(
            Locale.ROOT,
            "%s block %d x%.1f rate %.2f ppl %.2f%n",
            concept,
            b,
            s,
            score.rate(),
            ratio);
        if (value > best + 1e-9) {
          best = value;
          block = b;
          strength = s;
        }
      }
    }
    write(concept, block, directions.get(block), strength);
    List<String> reporting = prompts(concept, Use.REPORTING, REPORTING);
    Meaning.Score before = meaning.measure(concept, reporting, Steering.NONE, 2);
    Meaning.Score after =
        meaning.measure(concept, reporting, at(block, directions.get(block), strength), 2);
    System.out.printf(
        Locale.ROOT,
        "| %s | %d | %.1f | %.2f | %.2f | %.2f x | %.2f | %.2f |%n",
        concept,
        block,
        strength,
        before.rate(),
        after.rate(),
        after.perplexity() / before.perplexity(),
        before.distinct2(),
        after.distinct2());
  }

  private static List<String> prompts(String concept, Use use, int n) {
    return switch (concept) {
      case "formal" -> Prompts.letters(use, 5, n);
      case "polite", "casual", "rude", "pirate" -> Prompts.questions(use, Sort.GOOD, 5, n);
      case "refusal" -> Prompts.questions(use, Sort.BAD, 5, n);
      default -> Prompts.plainStories(use, 5, n);
    };
  }

  private static Steering at(int block, float[] direction, double strength) {
    Edit add = new Edit.Add(new Floats(new long[] {direction.length}, direction));
    Site site = new Site.InBlock(block, Site.Kind.RESID_POST);
    return Steering.of(Vector.at(site, "v", add), strength);
  }

  /** The vector is stored with the chosen strength in it, so that 1 is what was chosen. */
  private void write(String concept, int block, float[] direction, double strength) {
    float[] scaled = new float[direction.length];
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] = (float) (direction[i] * strength);
    }
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("op", "add");
    metadata.put("method", "difference of means");
    metadata.put("producer", "steerc " + Steerc.VERSION);
    metadata.put("base", steered.ports().base());
    Map<String, Floats> tensors =
        Map.of("blocks." + block + ".resid_post", new Floats(new long[] {scaled.length}, scaled));
    new Safetensors(metadata, tensors)
        .write(folder.resolve("vectors").resolve(concept + ".safetensors"));
  }
}
