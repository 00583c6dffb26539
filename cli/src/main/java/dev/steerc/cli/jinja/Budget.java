package dev.steerc.cli.jinja;

/** What a template may still do: a hostile one would loop or grow without end. */
final class Budget {
  private static final int CHARACTERS_PER_STEP = 16;
  private static final int MAX_TEXT = 1 << 24;

  private long steps = 2_000_000;

  void step() {
    if (--steps < 0) {
      throw new JinjaException("it works without end");
    }
  }

  /** Charges for a text, by its length. */
  String text(String text) {
    charge(text.length());
    return text;
  }

  /** Charges for a text before it is made. */
  void charge(long length) {
    if (length > MAX_TEXT) {
      throw new JinjaException("it makes more than " + (MAX_TEXT >> 20) + " MiB of text");
    }
    steps -= length / CHARACTERS_PER_STEP;
    step();
  }
}
