package dev.steerc.models.hub;

import java.time.Duration;

/** Hears how a download goes on. */
public interface Progress {
  /** So much of a file has arrived. */
  default void arrived(String file, long bytes, long size) {}

  /** A file is whole and in its place. */
  default void finished(Pulled.Item item) {}

  /** A try broke off; the next one follows after the pause. */
  default void retrying(String file, String why, Duration pause) {}
}
