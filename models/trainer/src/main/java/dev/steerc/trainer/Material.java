package dev.steerc.trainer;

import dev.steerc.models.bpe.Bpe;
import dev.steerc.models.corpus.Corpus;
import dev.steerc.models.corpus.Document;
import dev.steerc.models.demo.DemoFiles;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The documents of a training and the tokenizer learnt from them.
 *
 * @param heldOut documents that follow, less those that were learnt by chance all the same
 */
record Material(long seed, Bpe tokenizer, List<Document> learnt, List<Document> heldOut) {
  /** The material of a corpus seed, with so many documents to learn and to hold out at most. */
  static Material of(long seed, int documents, int heldOut) {
    List<Document> all = Corpus.documents(seed, documents + heldOut).toList();
    List<Document> learnt = all.subList(0, documents);
    Set<String> known = learnt.stream().map(Document::text).collect(Collectors.toSet());
    List<Document> others =
        all.subList(documents, all.size()).stream()
            .filter(document -> !known.contains(document.text()))
            .toList();
    Bpe tokenizer = Bpe.train(learnt.stream().map(Document::text), DemoFiles.VOCABULARY);
    return new Material(seed, tokenizer, learnt, others);
  }

  /** The batches of a recipe, and those that its loss is measured on. */
  Lessons lessons(Recipe recipe) {
    return new Lessons(batches(recipe, learnt), batches(recipe, heldOut).epoch(0), facts());
  }

  /** The number of tokens in the documents to learn. */
  long tokens() {
    return learnt.stream().mapToLong(document -> tokenizer.encode(document.text()).length).sum();
  }

  /** The tokens of a text. */
  long[] ids(String text) {
    return Arrays.stream(tokenizer.encode(text)).asLongStream().toArray();
  }

  private Map<String, String> facts() {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("corpus-seed", Long.toString(seed));
    facts.put("documents", Integer.toString(learnt.size()));
    facts.put("corpus", Digest.of(learnt.stream().map(Document::text)));
    facts.put("held-out", Digest.of(heldOut.stream().map(Document::text)));
    facts.put("tokenizer", Digest.of(tokenizer.json()));
    return facts;
  }

  private Batches batches(Recipe recipe, List<Document> documents) {
    List<int[]> ids = documents.stream().map(d -> tokenizer.encode(d.text())).toList();
    int positions = recipe.config().positions();
    return new Batches(ids, tokenizer.endOfText(), positions, recipe.tokens(), recipe.seed());
  }
}
