package dev.steerc.cli;

import dev.steerc.manifest.Json;
import dev.steerc.runtime.Completion;
import dev.steerc.runtime.FinishReason;
import dev.steerc.runtime.Listener;
import dev.steerc.runtime.Receipt;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.TokenScore;
import dev.steerc.runtime.steering.Reading;
import dev.steerc.runtime.steering.Steering;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What {@code steerc run} prints: text as it comes, or all at the end. */
final class RunOutput implements Listener {
  private final SteeredModel model;
  private final Talk talk;
  private final Steering steering;
  private final boolean compare;
  private final boolean chance;
  private final Stopwatch watch;
  private final boolean text;
  private int streamed;

  RunOutput(
      SteeredModel model,
      Talk talk,
      Steering steering,
      boolean compare,
      boolean chance,
      Stopwatch watch) {
    this.model = model;
    this.talk = talk;
    this.steering = steering;
    this.compare = compare;
    this.chance = chance;
    this.watch = watch;
    this.text = model.tokenizer().isPresent();
  }

  /** Prints the first text while it is generated; others have to wait for their turn. */
  @Override
  public void token(int row, long token, String piece) {
    watch.token();
    stream(row, text ? piece : (streamed++ == 0 ? "" : ",") + token);
  }

  @Override
  public void ended(int row, FinishReason reason, String rest) {
    stream(row, rest);
  }

  private void stream(int row, String piece) {
    if (row == 0 && !talk.isJson() && !compare) {
      System.out.print(piece);
      System.out.flush();
    }
  }

  void finish(List<Completion> completions) {
    if (talk.isJson()) {
      System.out.println(Json.write(document(completions)));
    } else if (compare) {
      String plain = words(completions.get(0));
      String steered = words(completions.get(completions.size() / 2));
      new SideBySide(plain, steered).lines(Style.ofTerminal()).forEach(System.out::println);
    } else {
      System.out.println();
      for (Completion other : completions.subList(1, completions.size())) {
        System.out.println("---");
        System.out.println(words(other));
      }
    }
    if (!talk.isQuiet() && !talk.isJson()) {
      Style style = Style.ofTerminal();
      Completion last = completions.get(completions.size() - 1);
      readings(completions).forEach(line -> System.err.println(style.faint(line)));
      String seed = chance ? "; seed " + last.seed() : "";
      System.err.println(style.faint(watch.line() + "; " + watch.opening() + seed));
    }
  }

  private String words(Completion completion) {
    return text
        ? completion.text()
        : Arrays.stream(completion.tokens())
            .mapToObj(Long::toString)
            .collect(Collectors.joining(", "));
  }

  private static List<String> readings(List<Completion> completions) {
    List<String> lines = new ArrayList<>();
    for (Completion completion : completions) {
      for (Reading reading : completion.readings()) {
        lines.add(line(reading));
      }
    }
    return lines;
  }

  /** What a condition saw, for a person. */
  static String line(Reading reading) {
    return String.format(
        java.util.Locale.ROOT,
        "%s: cosine %.3f at %s, threshold %.3f: %s",
        reading.vector(),
        reading.cosine(),
        reading.site().text(),
        reading.threshold(),
        reading.acts() ? "acts" : "does not act");
  }

  private Map<String, Object> document(List<Completion> completions) {
    List<Map<String, Object>> choices = completions.stream().map(this::choice).toList();
    return Json.object(
        "model", model.path().toString(),
        "prompt_tokens", Arrays.stream(completions.get(0).prompt()).boxed().toList(),
        "choices", choices,
        "steering", Receipt.vectors(model, steering),
        "steering_fingerprint", steering.isNone() ? null : steering.fingerprint(),
        "timings", watch.toMap());
  }

  private Map<String, Object> choice(Completion completion) {
    Map<String, Object> choice =
        Json.object(
            "tokens",
            Arrays.stream(completion.tokens()).boxed().toList(),
            "text",
            text ? completion.text() : null,
            "finish_reason",
            completion.reason().map(FinishReason::label),
            "seed",
            chance ? completion.seed() : null);
    if (compare) {
      choice.put("steered", !completion.steering().isNone());
    }
    if (!completion.scores().isEmpty()) {
      choice.put("logprobs", completion.scores().stream().map(this::score).toList());
    }
    if (!completion.readings().isEmpty()) {
      choice.put("readings", completion.readings().stream().map(Receipt::reading).toList());
    }
    return choice;
  }

  private Map<String, Object> score(TokenScore score) {
    Map<String, Object> entry = scored(score.token(), score.logprob());
    entry.put(
        "top", score.best().stream().map(best -> scored(best.token(), best.logprob())).toList());
    return entry;
  }

  private Map<String, Object> scored(long token, double logprob) {
    Optional<String> word = model.tokenizer().map(t -> t.decode(new long[] {token}, false));
    return Json.object("token", token, "text", word, "logprob", logprob);
  }
}
