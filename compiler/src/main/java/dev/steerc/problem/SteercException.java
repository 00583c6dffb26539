package dev.steerc.problem;

import java.util.List;
import java.util.stream.Collectors;

/**
 * The one exception that leaves the libraries: everything that was found wrong. It travels between
 * processes whole.
 */
public final class SteercException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial") // what List.copyOf gives is
  private final List<Problem> problems;

  public SteercException(List<Problem> problems) {
    super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
    this.problems = List.copyOf(problems);
  }

  public SteercException(Problem problem, Throwable cause) {
    this(List.of(problem));
    initCause(cause);
  }

  public List<Problem> problems() {
    return problems;
  }
}
