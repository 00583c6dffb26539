package dev.steerc.runtime.steering;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a strength changes from one generated token to the next; over the prompt it is whole.
 *
 * @param kind the curve
 * @param tokens its length in generated tokens, where it has one
 */
public record Decay(Kind kind, int tokens) {

  /** The curves. */
  public enum Kind {
    CONSTANT("constant"),
    LINEAR("linear"),
    HALF_LIFE("half-life");

    private final String label;

    Kind(String label) {
      this.label = label;
    }
  }

  /** The same strength for ever. */
  public static final Decay CONSTANT = new Decay(Kind.CONSTANT, 0);

  private static final Pattern TEXT =
      Pattern.compile("constant|(linear|half-life):([1-9]\\d{0,8})");

  public Decay {
    if (kind != Kind.CONSTANT && tokens < 1) {
      throw new IllegalArgumentException("a decay over " + tokens + " tokens");
    }
  }

  /** Down to nothing, in a straight line, over that many generated tokens. */
  public static Decay linear(int tokens) {
    return new Decay(Kind.LINEAR, tokens);
  }

  /** Half as strong after every so many generated tokens. */
  public static Decay halfLife(int tokens) {
    return new Decay(Kind.HALF_LIFE, tokens);
  }

  /** Reads {@code constant}, {@code linear:20} or {@code half-life:8}; empty when it is none. */
  public static Optional<Decay> parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    if (matcher.group(1) == null) {
      return Optional.of(CONSTANT);
    }
    Kind kind = matcher.group(1).equals(Kind.LINEAR.label) ? Kind.LINEAR : Kind.HALF_LIFE;
    return Optional.of(new Decay(kind, Integer.parseInt(matcher.group(2))));
  }

  /** The share of the strength that a token gets. */
  double at(int position, int prompt) {
    double age = Math.max(0, position - prompt + 1);
    return switch (kind) {
      case CONSTANT -> 1;
      case LINEAR -> Math.max(0, 1 - age / tokens);
      case HALF_LIFE -> Math.pow(0.5, age / tokens);
    };
  }

  /** The position from which on all tokens get the same share. */
  int steadyFrom(int prompt) {
    return switch (kind) {
      case CONSTANT -> 0;
      case LINEAR -> (int) Math.min(Integer.MAX_VALUE, (long) prompt + tokens);
      case HALF_LIFE -> Integer.MAX_VALUE;
    };
  }

  /** As the command line writes it. */
  @Override
  public String toString() {
    return kind == Kind.CONSTANT ? kind.label : kind.label + ":" + tokens;
  }
}
