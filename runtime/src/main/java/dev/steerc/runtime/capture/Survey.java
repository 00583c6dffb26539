package dev.steerc.runtime.capture;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.format.Digest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What a first look at all texts tells, before any of them is run. */
final class Survey {
  private static final int MOST_PROBLEMS = 5;

  private final Pooling pooling;
  private final Fitting fitting;
  private final List<Problem> problems = new ArrayList<>();
  private String digest = "";
  private Tokens first;
  private long count;
  private long rows;
  private long cut;
  private int mostRows;

  private Survey(SteeredModel model, Pooling pooling, boolean cuts) {
    this.pooling = pooling;
    this.fitting = Fitting.of(model, cuts);
  }

  /**
   * Looks at all texts.
   *
   * @param cuts whether texts that are too long are cut in front, and no problem
   * @throws SteercException naming the texts that cannot be run, or when there is none
   */
  static Survey of(SteeredModel model, Pooling pooling, boolean cuts, Texts texts) {
    Survey survey = new Survey(model, pooling, cuts);
    texts.forEach(survey::add);
    if (survey.count == 0) {
      throw Problem.of(Code.BAD_TEXTS, "there are no texts").exception();
    }
    if (!survey.problems.isEmpty()) {
      throw new SteercException(survey.problems);
    }
    return survey;
  }

  private void add(Tokens given) {
    Tokens text = fitting(given);
    count++;
    check(given);
    cut += given == text ? 0 : 1;
    first = first == null ? text : first;
    rows += pooling.rows(text);
    mostRows = Math.max(mostRows, pooling.rows(text));
    digest = Digest.sha256(chained(digest, text));
  }

  /** What was before, which token is the first that counts, and all tokens. */
  private static byte[] chained(String before, Tokens text) {
    byte[] digest = before.getBytes(StandardCharsets.US_ASCII);
    ByteBuffer bytes = ByteBuffer.allocate(digest.length + 8 * (text.ids().length + 1));
    bytes.put(digest).putLong(text.from()).asLongBuffer().put(text.ids());
    return bytes.array();
  }

  private void check(Tokens given) {
    if (problems.size() < MOST_PROBLEMS) {
      fitting.problem("text " + count, given).ifPresent(problems::add);
    }
  }

  /** The text as it is run. */
  Tokens fitting(Tokens text) {
    return fitting.fit(text);
  }

  Tokens first() {
    return first;
  }

  /** How many texts there are. */
  long count() {
    return count;
  }

  /** How many rows they give. */
  long rows() {
    return rows;
  }

  /** How many of the texts are cut. */
  long cut() {
    return cut;
  }

  /** The most rows that one text gives. */
  int mostRows() {
    return mostRows;
  }

  /** What tells these texts from others: a digest of their tokens, and of which count. */
  String identity() {
    return "sha256:" + digest;
  }
}
