package dev.steerc.models.demo;

import dev.steerc.manifest.Json;
import dev.steerc.models.corpus.Attribute;
import dev.steerc.models.corpus.Concept;
import dev.steerc.models.corpus.Lexicon;
import dev.steerc.models.corpus.Mood;
import dev.steerc.models.corpus.Pair;
import dev.steerc.models.corpus.Prompts;
import dev.steerc.models.corpus.Sort;
import dev.steerc.models.corpus.Topic;
import dev.steerc.models.corpus.Use;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Texts to learn vectors of the demo model from, and to judge them by: in {@code pairs/} texts that
 * differ in one thing, in {@code labels/} some with what they are about, in {@code words/} the
 * words that tell it, in {@code prompts/} what to go on from: questions about the kitchen and
 * others that have no label, and beginnings that no pair has. They are written anew from the
 * corpus, the same each time.
 */
final class Lessons {
  private static final String FOLDER = "lessons/";
  private static final String REFUSAL = "refusal";
  private static final long SEED = 1;
  private static final int PAIRS = 200;
  private static final int PROMPTS = 200;

  /** More than there are, and not many more: each that is missing is looked for long. */
  private static final int QUESTIONS = 60;

  /** What a vector is called where it is not called as its concept is. */
  private static final Map<String, String> VECTORS =
      Map.of(
          Mood.JOYFUL.word(), "joy",
          Mood.GLOOMY.word(), "gloom",
          Mood.ANGRY.word(), "anger");

  private Lessons() {}

  /** All files by their paths, with slashes. */
  static SortedMap<String, byte[]> files() {
    SortedMap<String, byte[]> files = new TreeMap<>();
    for (String concept : Concept.NAMES) {
      String name = VECTORS.getOrDefault(concept, concept) + ".";
      put(files, "pairs/" + name + "jsonl", pairs(concept).stream().map(Lessons::line).toList());
      put(files, "words/" + name + "txt", words(concept));
    }
    List<String> labels = new ArrayList<>();
    for (boolean isAbout : new boolean[] {true, false}) {
      String label = isAbout ? "kitchen" : "elsewhere";
      List<List<String>> halves = Prompts.halves(Topic.KITCHEN, isAbout);
      for (String text : halves.get(0)) {
        labels.add(Json.write(Json.object("text", text, "label", label)));
      }
      put(files, "prompts/" + label + "-questions.txt", halves.get(1));
    }
    put(files, "labels/kitchen-question.jsonl", labels);
    put(files, "prompts/stories.txt", Prompts.plainStories(Use.REPORTING, SEED, PROMPTS));
    put(files, "prompts/letters.txt", Prompts.letters(Use.REPORTING, SEED, PROMPTS));
    put(files, "prompts/questions.txt", questions(Sort.GOOD));
    put(files, "prompts/bad-questions.txt", questions(Sort.BAD));
    return files;
  }

  private static List<Pair> pairs(String concept) {
    return concept.equals(REFUSAL)
        ? Concept.questions(true, SEED, PAIRS)
        : Concept.pairs(concept, SEED, PAIRS);
  }

  private static String line(Pair pair) {
    int from = pair.opening().length();
    Map<String, Object> line =
        Json.object(
            "positive",
            pair.positive().substring(from),
            "negative",
            pair.negative().substring(from));
    return Json.write(from == 0 ? line : prompted(pair.opening(), line));
  }

  private static Map<String, Object> prompted(String opening, Map<String, Object> line) {
    Map<String, Object> all = Json.object("prompt", opening);
    all.putAll(line);
    return all;
  }

  /** The words that speak for a concept, and marked those that speak for its alternatives. */
  private static List<String> words(String concept) {
    TreeSet<String> words = new TreeSet<>(Concept.words(concept));
    Attribute.named(concept).stream()
        .flatMap(value -> value.siblings().stream())
        .filter(other -> !other.word().equals(concept) && other != Mood.NEUTRAL)
        .flatMap(other -> Lexicon.words(other).stream())
        .filter(word -> !Concept.words(concept).contains(word))
        .forEach(word -> words.add("!" + word));
    return List.copyOf(words);
  }

  private static List<String> questions(Sort sort) {
    return Prompts.questions(Use.REPORTING, sort, SEED, QUESTIONS);
  }

  private static void put(Map<String, byte[]> files, String path, Collection<String> lines) {
    String text = lines.stream().collect(Collectors.joining("\n", "", "\n"));
    files.put(FOLDER + path, text.getBytes(StandardCharsets.UTF_8));
  }
}
