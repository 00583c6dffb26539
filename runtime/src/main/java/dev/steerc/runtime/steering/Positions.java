package dev.steerc.runtime.steering;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which tokens of a sequence are steered. Positions count from 0 at the first token of the prompt,
 * padding aside.
 *
 * @param kind the rule
 * @param count its n, where the rule has one
 */
public record Positions(Kind kind, int count) {

  /** The rules. */
  public enum Kind {
    ALL("all"),
    PROMPT("prompt"),
    GENERATED("generated"),
    FIRST("first"),
    LAST("last"),
    AFTER("after");

    private final String label;

    Kind(String label) {
      this.label = label;
    }
  }

  /** Every token. */
  public static final Positions ALL = new Positions(Kind.ALL, 0);

  /** The tokens of the prompt. */
  public static final Positions PROMPT = new Positions(Kind.PROMPT, 0);

  /** The tokens behind the prompt; the first of them is still chosen by an unsteered model. */
  public static final Positions GENERATED = new Positions(Kind.GENERATED, 0);

  private static final Pattern TEXT =
      Pattern.compile("(all|prompt|generated)|(first|last|after):(\\d{1,9})");

  public Positions {
    if (count < 0) {
      throw new IllegalArgumentException("a negative count: " + count);
    }
  }

  /** The first n tokens. */
  public static Positions first(int n) {
    return new Positions(Kind.FIRST, n);
  }

  /** The last n tokens of the prompt. */
  public static Positions last(int n) {
    return new Positions(Kind.LAST, n);
  }

  /** The tokens from position n on. */
  public static Positions after(int n) {
    return new Positions(Kind.AFTER, n);
  }

  /** Reads {@code all}, {@code prompt}, {@code first:3} and so on; empty when it is none. */
  public static Optional<Positions> parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    boolean plain = matcher.group(1) != null;
    for (Kind kind : Kind.values()) {
      if (kind.label.equals(matcher.group(plain ? 1 : 2))) {
        return Optional.of(new Positions(kind, plain ? 0 : Integer.parseInt(matcher.group(3))));
      }
    }
    throw new IllegalStateException(text);
  }

  /** Whether a token is steered. */
  boolean includes(int position, int prompt) {
    return switch (kind) {
      case ALL -> true;
      case PROMPT -> position < prompt;
      case GENERATED -> position >= prompt;
      case FIRST -> position < count;
      case LAST -> position < prompt && position >= prompt - count;
      case AFTER -> position >= count;
    };
  }

  /** The position from which on it makes no difference between tokens. */
  int steadyFrom(int prompt) {
    return switch (kind) {
      case ALL -> 0;
      case PROMPT, GENERATED, LAST -> prompt;
      case FIRST, AFTER -> count;
    };
  }

  /** As the command line writes it. */
  @Override
  public String toString() {
    return switch (kind) {
      case FIRST, LAST, AFTER -> kind.label + ":" + count;
      default -> kind.label;
    };
  }
}
