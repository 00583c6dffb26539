package dev.steerc.trainer;

import dev.steerc.models.Gpt2;
import dev.steerc.models.demo.DemoFiles;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.trainer.Carry.Share;
import dev.steerc.trainer.Trained.Carried;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Trains the demo model, judges it and puts its files where they are used. */
@Command(
    name = "train",
    description =
        "Writes the corpus, learns the tokenizer, trains the model, exports it, compares the export"
            + " with libtorch, and measures what it carries on. A training that was interrupted"
            + " goes on. The files arrive at the end, if the two models agree.",
    footer = {
      "",
      "Example:",
      "  models/recipe train                          the model that is shipped (20 minutes)",
      "  models/recipe train --steps 50 --work try/work --out try/demo",
      "                                               a short try, in other folders"
    },
    sortOptions = false,
    showDefaultValues = true)
final class TrainCommand implements Callable<Integer> {
  private static final int PROMPTS = 20;
  private static final int CONTINUED = 40;

  @Option(names = "--steps", description = "batches to learn from")
  private int steps = 9_000;

  @Option(names = "--tokens", description = "the size of a batch, padding included")
  private int tokens = 1_024;

  @Option(names = "--seed", description = "of the weights and the order of the documents")
  private long seed = 1;

  @Option(names = "--corpus-seed", description = "which documents")
  private long corpusSeed = DemoFiles.SEED;

  @Option(names = "--documents", description = "to learn from")
  private int documents = DemoFiles.DOCUMENTS;

  @Option(names = "--held-out", description = "documents to judge by")
  private int heldOut = 500;

  @Option(
      names = "--out",
      defaultValue = "${sys:steerc.root:-.}/models/demo",
      description = "folder of the model, its tokenizer and training.json")
  private Path out;

  @Option(
      names = "--work",
      defaultValue = "${sys:steerc.root:-.}/models/trainer/target/training",
      description = "folder of weights and state, from which a training goes on")
  private Path work;

  private final PrintStream print = System.out;

  @Override
  public Integer call() throws IOException {
    check();
    Path staged = Files.createDirectories(work.resolve("model"));
    Material material = Material.of(corpusSeed, documents, heldOut);
    Recipe recipe = Recipe.demo(material.tokenizer().size(), steps, tokens, seed);
    Lessons lessons = material.lessons(recipe);
    Trainer trainer = new Trainer(recipe, lessons, work, print);
    Gpt2 halved = trainer.run().halved();
    DemoFiles.write(staged, material.tokenizer());
    Path model = Export.write(Export.weights(work), staged);
    Agreement agreement = agreement(model, halved, material);
    Map<String, String> facts = new TreeMap<>(recipe.facts());
    facts.putAll(lessons.facts());
    Trained trained =
        new Trained(
            Digest.of(model),
            Files.size(model),
            Names.count(halved),
            material.tokens(),
            facts,
            Machine.text(),
            trainer.progress(),
            carry(model, material),
            agreement);
    JsonLines.write(staged.resolve(Trained.FILE), trained.toMap());
    Delivery.copy(staged, out);
    print.println("wrote " + out + ": the model, its tokenizer and " + Trained.FILE);
    print.println("next: models/recipe vectors");
    return 0;
  }

  private void check() {
    if (Math.min(Math.min(steps, tokens), Math.min(documents, heldOut)) < 1) {
      throw Problem.of(Code.USAGE, "steps, tokens and documents are numbers from 1 on").exception();
    }
  }

  private Map<String, Carried> carry(Path model, Material material) {
    Map<String, Share> own = Carry.own(material.heldOut());
    Map<String, Carried> all = new TreeMap<>();
    Carry.of(model, material.heldOut(), seed)
        .forEach((what, share) -> all.put(what, new Carried(share, own.get(what))));
    print.println("carries    model     of  corpus");
    all.forEach(
        (what, carried) ->
            print.printf(
                Locale.ROOT,
                "%-9s  %.3f  %5d   %.3f%n",
                what,
                carried.model().value(),
                carried.model().judged(),
                carried.corpus().value()));
    return all;
  }

  private Agreement agreement(Path model, Gpt2 halved, Material material) {
    List<long[]> prompts =
        Openings.of(material.heldOut(), PROMPTS).stream().map(material::ids).toList();
    Agreement agreement = Agreement.of(model, halved, prompts, CONTINUED);
    print.println(model.getFileName() + " in ONNX Runtime: " + agreement);
    if (!agreement.holds()) {
      throw Problem.of(Code.PROOF_FAILED, "the export is another model than libtorch's")
          .at(model)
          .note(agreement.toString())
          .exception();
    }
    return agreement;
  }
}
