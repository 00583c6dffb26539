package dev.steerc.models.hub;

import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/** An answer that may be another one later. */
final class BadStatus extends IOException {
  private static final long serialVersionUID = 1L;

  private static final int TOO_MANY_REQUESTS = 429;
  private final int status;
  private final transient Optional<Duration> wait;

  BadStatus(Answer answer) {
    super("the hub answers " + answer.status());
    status = answer.status();
    wait = answer.header("retry-after").flatMap(BadStatus::duration);
  }

  boolean asksForFewer() {
    return status == TOO_MANY_REQUESTS;
  }

  /** How long the hub wants us to wait, when it says so. */
  Optional<Duration> waiting() {
    return wait;
  }

  /** Seconds or a date, by RFC 9110. */
  private static Optional<Duration> duration(String text) {
    if (text.matches("\\d{1,9}")) {
      return Optional.of(Duration.ofSeconds(Long.parseLong(text)));
    }
    try {
      Instant then = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      Duration left = Duration.between(Instant.now(), then);
      return Optional.of(left.isNegative() ? Duration.ZERO : left);
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
