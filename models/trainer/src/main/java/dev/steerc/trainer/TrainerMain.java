package dev.steerc.trainer;

import dev.steerc.models.corpus.Corpus;
import dev.steerc.models.corpus.Document;
import dev.steerc.models.demo.DemoFiles;
import dev.steerc.runtime.text.Tokenizer;
import dev.steerc.trainer.Carry.Share;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The program that trains the demo model, exports it and says what it can do. */
@Command(
    name = "train",
    description = "Trains the demo model, or goes on where a training in the folder stopped.",
    showDefaultValues = true)
public final class TrainerMain implements Callable<Integer> {
  private static final int HELD_OUT = 500;
  private static final int PROMPTS = 10;
  private static final int CONTINUED = 40;

  @Option(names = "--corpus-seed", description = "which documents")
  private long corpusSeed = DemoFiles.SEED;

  @Option(names = "--documents", description = "how many, the held-out ones not counted")
  private int documents = DemoFiles.DOCUMENTS;

  @Option(names = "--steps", description = "batches to learn from")
  private int steps = 5_000;

  @Option(names = "--tokens", description = "the size of a batch, padding included")
  private int tokens = 1_024;

  @Option(names = "--seed", description = "of the weights and the order of the documents")
  private long seed = 1;

  @Option(names = "--out", required = true, description = "folder of weights, state and model")
  private Path out;

  @Option(names = "--tokenizer", required = true, description = "folder that WriteTokenizer wrote")
  private Path tokenizer;

  /** Trains and exits with 0, with 1 if the export is another model, or 2 for wrong options. */
  public static void main(String... args) {
    System.exit(new CommandLine(new TrainerMain()).execute(args));
  }

  @Override
  public Integer call() throws IOException {
    Files.createDirectories(out);
    try (Tokenizer words = Tokenizer.open(tokenizer)) {
      List<Document> all = Corpus.documents(corpusSeed, documents + HELD_OUT).toList();
      List<Document> learnt = all.subList(0, documents);
      List<Document> heldOut = others(learnt, all.subList(documents, all.size()));
      Model model = train(words, learnt, heldOut);
      Export.write(Export.weights(out), tokenizer, out);
      report(heldOut);
      return isSame(model, prompts(words, heldOut)) ? 0 : 1;
    }
  }

  /** Documents that were not learnt by chance all the same. */
  private static List<Document> others(List<Document> learnt, List<Document> more) {
    Set<String> known = learnt.stream().map(Document::text).collect(Collectors.toSet());
    return more.stream().filter(document -> !known.contains(document.text())).toList();
  }

  private Model train(Tokenizer words, List<Document> learnt, List<Document> heldOut) {
    Recipe recipe = Recipe.demo(steps, tokens, seed);
    Batches batches = batches(recipe, words, learnt);
    List<Batches.Rows> judged = batches(recipe, words, heldOut).epoch(0);
    return new Trainer(recipe, batches, judged, out, System.out).run();
  }

  private void report(List<Document> heldOut) {
    Map<String, Share> own = Carry.own(heldOut);
    System.out.println("carries    model     of  corpus");
    Carry.of(out.resolve(Export.MODEL), heldOut, seed)
        .forEach((what, share) -> System.out.println(line(what, share, own.get(what))));
  }

  private static String line(String what, Share share, Share own) {
    return String.format(
        Locale.ROOT, "%-9s  %.3f  %5d   %.3f", what, share.value(), share.judged(), own.value());
  }

  private boolean isSame(Model model, List<long[]> prompts) {
    Agreement agreement =
        Agreement.of(out.resolve(Export.MODEL), model.halved(), prompts, CONTINUED);
    System.out.printf(
        Locale.ROOT,
        "%s in ONNX Runtime: logits within %.1e of libtorch's, %d of %d greedy tokens equal%n",
        out.resolve(Export.MODEL),
        agreement.distance(),
        agreement.equal(),
        agreement.tokens());
    return agreement.holds();
  }

  private static List<long[]> prompts(Tokenizer words, List<Document> heldOut) {
    return heldOut.stream()
        .flatMap(document -> Carry.beginning(document.text()).stream())
        .limit(PROMPTS)
        .map(text -> words.encode(text, false))
        .toList();
  }

  private static Batches batches(Recipe recipe, Tokenizer words, List<Document> documents) {
    int end = recipe.config().vocab() - 1;
    List<int[]> ids = documents.stream().map(document -> ids(words, document.text())).toList();
    return new Batches(ids, end, recipe.config().positions(), recipe.tokens(), recipe.seed());
  }

  private static int[] ids(Tokenizer words, String text) {
    return Arrays.stream(words.encode(text, false)).mapToInt(Math::toIntExact).toArray();
  }
}
