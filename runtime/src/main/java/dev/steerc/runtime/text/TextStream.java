package dev.steerc.runtime.text;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * The text of tokens that come one by one, in pieces that can be printed at once.
 *
 * <p>A piece never ends inside a character, and never shows the beginning of a stop string that may
 * yet become whole. All pieces together are the text that all tokens give when they are decoded at
 * once, up to the stop string that is complete first. There is one exception: a tokenizer with byte
 * fallback takes characters back when broken bytes follow them, and what was printed stays.
 *
 * <p>What is decoded is a short window. It begins with tokens whose text is out already, since the
 * text of a token depends on the one before: many tokenizers drop a space at the very beginning.
 */
public final class TextStream {
  /** More tokens than a character is ever made of. */
  private static final int WINDOW = 32;

  /** A character has at most four bytes, and each may show as a replacement until it is whole. */
  private static final int UNSETTLED = 4;

  private final Function<long[], String> decoder;
  private final StopStrings stops;
  private final StringBuilder text = new StringBuilder();

  private long[] window = new long[2 * WINDOW];
  private int size;

  /** The first tokens of the window, which the next whole character makes superfluous. */
  private int old;

  /** The text of the window before the last token came. */
  private String before = "";

  /** How much of the window's text is out. */
  private int out;

  TextStream(Function<long[], String> decoder, List<String> stops) {
    this.decoder = decoder;
    this.stops = new StopStrings(stops);
  }

  /**
   * A stream without text so far.
   *
   * @param stops strings at which the text ends; they are not part of it
   * @throws IllegalArgumentException when one is empty
   */
  public static TextStream of(Tokenizer tokenizer, List<String> stops) {
    return new TextStream(tokenizer::decode, stops);
  }

  /** Takes the next token, and gives what can be printed now; always empty after a stop string. */
  public String push(long token) {
    if (stops.found()) {
      return "";
    }
    if (size == window.length) {
      window = Arrays.copyOf(window, 2 * size);
    }
    window[size++] = token;
    String now = decode(0, size);
    int whole = whole(now);
    String piece = now.substring(Math.min(out, whole), whole);
    out = Math.max(out, whole);
    move(now, !piece.isEmpty() && whole == now.length());
    return print(stops.add(piece));
  }

  /** Ends the text, and gives what was held back; bytes without their character are U+FFFD. */
  public String finish() {
    String now = decode(0, size);
    String piece = stops.found() ? "" : now.substring(Math.min(out, now.length()));
    out = Math.max(out, now.length());
    return print(stops.add(piece) + stops.rest());
  }

  /** Whether a stop string has ended the text. */
  public boolean stopped() {
    return stops.found();
  }

  /** All that could be printed so far. */
  public String text() {
    return text.toString();
  }

  private String print(String piece) {
    text.append(piece);
    return piece;
  }

  /** Keeps the window short, so that the work per token does not grow with the text. */
  private void move(String now, boolean settled) {
    if (settled) {
      drop(old);
      old = size;
      before = decode(0, size);
      out = before.length();
    } else if (now.equals(before) && !now.isEmpty() && whole(now) == now.length()) {
      // the token has no text of its own, such as a special one that is left out
      size--;
    } else {
      before = now;
      if (size % WINDOW == 0) {
        shorten();
      }
    }
  }

  /** A long run of broken bytes is cut where both parts still give the same text. */
  private void shorten() {
    for (int cut = size - 1; cut > size - WINDOW / 2; cut--) {
      String head = decode(0, cut);
      String tail = decode(cut, size);
      if (!head.isEmpty() && head.length() <= out && (head + tail).equals(before)) {
        drop(cut);
        old = 0;
        before = tail;
        out -= head.length();
        return;
      }
    }
  }

  private void drop(int count) {
    System.arraycopy(window, count, window, 0, size - count);
    size -= count;
  }

  private String decode(int from, int to) {
    return decoder.apply(Arrays.copyOfRange(window, from, to));
  }

  /** The length of a text without the replacements at its end, which may become characters yet. */
  private static int whole(String text) {
    int end = text.length();
    while (end > 0 && text.length() - end < UNSETTLED && text.charAt(end - 1) == '\ufffd') {
      end--;
    }
    return end;
  }
}
