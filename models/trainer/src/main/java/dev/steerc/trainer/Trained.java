package dev.steerc.trainer;

import dev.steerc.manifest.Json;
import dev.steerc.trainer.Carry.Share;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is known of a training that is done, as {@code training.json} tells it.
 *
 * @param model the SHA-256 of the model's file
 * @param bytes the size of that file
 * @param parameters the number of weights
 * @param corpusTokens the tokens of all documents that were learnt from
 * @param recipe as {@link Recipe#facts} and {@link Lessons#facts} give it
 * @param machine where it was trained
 */
record Trained(
    String model,
    long bytes,
    long parameters,
    long corpusTokens,
    Map<String, String> recipe,
    String machine,
    Progress progress,
    Map<String, Carried> carry,
    Agreement agreement) {
  static final String FILE = "training.json";

  /** What the model carries on, beside what the documents themselves do. */
  record Carried(Share model, Share corpus) {
    private Map<String, Object> toMap() {
      return Json.object(
          "kept",
          model.kept(),
          "judged",
          model.judged(),
          "corpus_kept",
          corpus.kept(),
          "corpus_judged",
          corpus.judged());
    }

    private static Carried of(Fields fields) {
      return new Carried(
          new Share(fields.whole("kept"), fields.whole("judged")),
          new Share(fields.whole("corpus_kept"), fields.whole("corpus_judged")));
    }
  }

  /** Reads the file in a folder. */
  static Trained read(Path folder) {
    return Fields.read(folder.resolve(FILE), Trained::of, "run `models/recipe train`");
  }

  /** The recipe's number of that name. */
  int fact(String name) {
    return Integer.parseInt(recipe.get(name));
  }

  Map<String, Object> toMap() {
    Map<String, Object> carried = new LinkedHashMap<>();
    carry.forEach((what, share) -> carried.put(what, share.toMap()));
    return Json.object(
        "model",
        model,
        "bytes",
        bytes,
        "parameters",
        parameters,
        "corpus_tokens",
        corpusTokens,
        "recipe",
        recipe,
        "machine",
        machine,
        "progress",
        progress.toMap(),
        "carry",
        carried,
        "agreement",
        agreement.toMap());
  }

  private static Trained of(Fields fields) {
    Map<String, String> recipe = new LinkedHashMap<>();
    Fields facts = fields.object("recipe");
    facts.keys().forEach(name -> recipe.put(name, facts.text(name)));
    Map<String, Carried> carry = new TreeMap<>();
    Fields carried = fields.object("carry");
    carried.keys().forEach(what -> carry.put(what, Carried.of(carried.object(what))));
    return new Trained(
        fields.text("model"),
        fields.count("bytes"),
        fields.count("parameters"),
        fields.count("corpus_tokens"),
        recipe,
        fields.text("machine"),
        Progress.of(fields.object("progress")),
        carry,
        Agreement.of(fields.object("agreement")));
  }
}
