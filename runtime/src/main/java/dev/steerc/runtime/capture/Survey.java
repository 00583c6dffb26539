package dev.steerc.runtime.capture;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.format.Digest;
import java.io.Serializable;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What is known of texts before they are run. Parts can be looked at anywhere and in any order, and
 * are put together.
 *
 * @param count how many texts there are
 * @param rows how many rows they give
 * @param cut how many of them are cut in front
 * @param mostRows the most rows that one text gives
 * @param sum what tells these texts in this order from others: the sum of a SHA-256 for each
 * @param problems why some cannot be run; the first few
 */
public record Survey(
    long count, long rows, long cut, int mostRows, BigInteger sum, List<Problem> problems)
    implements Serializable {
  /** Of no text. */
  public static final Survey NONE = new Survey(0, 0, 0, 0, BigInteger.ZERO, List.of());

  private static final int MOST_PROBLEMS = 5;
  private static final BigInteger MODULUS = BigInteger.ONE.shiftLeft(256);

  public Survey {
    problems = List.copyOf(problems);
  }

  /**
   * Looks at one text.
   *
   * @param index its number among all, from 0
   */
  public static Survey of(long index, Tokens given, Pooling pooling, Fitting fitting) {
    Optional<Problem> problem = fitting.problem("text " + (index + 1), given);
    if (problem.isPresent()) {
      return of(problem.get());
    }
    Tokens text = fitting.fit(given);
    int rows = pooling.rows(text);
    BigInteger digest = new BigInteger(1, digest(index, text));
    return new Survey(1, rows, text == given ? 0 : 1, rows, digest, List.of());
  }

  /** A text that cannot even be read. */
  public static Survey of(Problem problem) {
    return new Survey(1, 0, 0, 0, BigInteger.ZERO, List.of(problem));
  }

  /** Looks at all texts. */
  static Survey of(Texts texts, Pooling pooling, Fitting fitting) {
    Survey[] all = {NONE};
    texts.forEach(text -> all[0] = all[0].plus(of(all[0].count, text, pooling, fitting)));
    return all[0];
  }

  /** Its number, which token is the first that counts, and all tokens. */
  private static byte[] digest(long index, Tokens text) {
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES * (text.ids().length + 2));
    bytes.putLong(index).putLong(text.from()).asLongBuffer().put(text.ids());
    return Digest.start().digest(bytes.array());
  }

  public Survey plus(Survey other) {
    return new Survey(
        count + other.count,
        rows + other.rows,
        cut + other.cut,
        Math.max(mostRows, other.mostRows),
        sum.add(other.sum).mod(MODULUS),
        Stream.concat(problems.stream(), other.problems.stream()).limit(MOST_PROBLEMS).toList());
  }

  /**
   * The same when all texts can be run.
   *
   * @throws SteercException naming those that cannot, or when there is none
   */
  public Survey orThrow() {
    if (count == 0) {
      throw Problem.of(Code.BAD_TEXTS, "there are no texts").exception();
    }
    if (!problems.isEmpty()) {
      throw new SteercException(problems);
    }
    return this;
  }

  /** What tells these texts from others, in words. */
  String identity() {
    return String.format("sha256-sum:%064x", sum);
  }
}
