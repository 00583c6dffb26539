package dev.steerc.cli.serve.ops;

import java.util.Locale;

/** How the server is. */
public enum Health {
  /** It takes requests. */
  OK,
  /** It finishes what runs and takes nothing new. */
  STOPPING,
  /** Nothing is generated any more; only a restart helps. */
  FAILED;

  /** The word for it in JSON. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
