package dev.steerc.runtime.steering;

import java.util.Locale;

/** What to do when several vectors act on one site. */
public enum Conflict {
  /** Their changes add up. */
  SUM,
  /** Of each added vector, the part along those added before it is taken away first. */
  ORTHOGONALISE,
  /** It is a problem. */
  ERROR;

  /** The word for it on the command line. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
