package dev.steerc.trainer;

import dev.steerc.models.corpus.Document;
import dev.steerc.models.corpus.Kind;
import dev.steerc.models.corpus.Lexicon;
import dev.steerc.models.corpus.Mood;
import dev.steerc.runtime.Completion;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.SteeredModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Whether a model carries on what the first two sentences of a text began: sampled continuations,
 * judged by the lexicon.
 *
 * <p>It is what steering needs, and no loss tells it: it appears long after the grammar is there.
 */
final class Carry {
  private static final Pattern SENTENCE = Pattern.compile("(?<!\\b(Mr|Mrs|Dr))[.!?] ");
  private static final double TEMPERATURE = 0.8;
  private static final int BEGUN = 2;
  private static final int MOST = 80;

  private final Map<String, Share> shares = new TreeMap<>();

  /** How often something was kept, of the times that a continuation showed it at all. */
  record Share(int kept, int judged) {
    Share and(boolean isKept) {
      return new Share(kept + (isKept ? 1 : 0), judged + 1);
    }

    /** 0 to 1, or NaN if nothing could be judged. */
    double value() {
      return (double) kept / judged;
    }
  }

  private Carry() {}

  /**
   * The shares of texts that the model was not trained on, by what was to be kept.
   *
   * @param model an ONNX file beside its tokenizer
   */
  static Map<String, Share> of(Path model, List<Document> documents, long seed) {
    List<Document> begun = begun(documents);
    Prompt[] prompts =
        begun.stream().map(document -> prompt(document, seed)).toArray(Prompt[]::new);
    try (SteeredModel opened = SteeredModel.open(model)) {
      List<Completion> texts = opened.generate(prompts);
      return judged(begun, texts.stream().map(text -> text.orThrow().text()).toList());
    }
  }

  /** The shares that the documents' own continuations have: what a perfect model would get. */
  static Map<String, Share> own(List<Document> documents) {
    List<Document> begun = begun(documents);
    return judged(begun, begun.stream().map(Carry::rest).toList());
  }

  private static List<Document> begun(List<Document> documents) {
    return documents.stream()
        .filter(document -> document.second().isEmpty())
        .filter(document -> beginning(document.text()).isPresent())
        .toList();
  }

  private static String rest(Document document) {
    return document.text().substring(beginning(document.text()).orElseThrow().length());
  }

  private static Map<String, Share> judged(List<Document> documents, List<String> texts) {
    Carry carry = new Carry();
    for (int i = 0; i < documents.size(); i++) {
      carry.judge(documents.get(i), texts.get(i));
    }
    return carry.shares;
  }

  private static Prompt prompt(Document document, long seed) {
    return Prompt.of(beginning(document.text()).orElseThrow())
        .with(settings -> settings.maxNewTokens(MOST).seed(seed + document.text().hashCode()))
        .with(settings -> settings.sampling(sampling -> sampling.temperature(TEMPERATURE)));
  }

  private void judge(Document document, String text) {
    count("topic", Optional.of(document.topic()), text, Lexicon::topic);
    count("mood", document.mood().filter(mood -> mood != Mood.NEUTRAL), text, Lexicon::mood);
    count("register", document.register(), text, Lexicon::register);
    count("tone", document.tone(), text, Lexicon::tone);
    Set<String> known = Lexicon.names(beginning(document.text()).orElseThrow());
    Set<String> found = Lexicon.names(text);
    boolean isAllKnown = known.containsAll(Lexicon.names(document.text()));
    if (document.kind() == Kind.STORY && isAllKnown && !found.isEmpty()) {
      count("names", known.containsAll(found));
    }
  }

  private <T> void count(
      String what, Optional<T> begun, String text, Function<String, Optional<T>> judge) {
    Optional<T> found = judge.apply(text);
    if (begun.isPresent() && found.isPresent()) {
      count(what, found.equals(begun));
    }
  }

  private void count(String what, boolean isKept) {
    shares.put(what, shares.getOrDefault(what, new Share(0, 0)).and(isKept));
  }

  /** The first sentences of a text, if any follow them. */
  static Optional<String> beginning(String text) {
    List<Integer> ends = new ArrayList<>();
    SENTENCE.matcher(text).results().map(MatchResult::end).forEach(ends::add);
    return ends.size() < BEGUN
        ? Optional.empty()
        : Optional.of(text.substring(0, ends.get(BEGUN - 1) - 1));
  }
}
