package dev.steerc.cli.jinja;

/** A template that cannot be read or rendered; the message says why. */
public final class JinjaException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  JinjaException(String message) {
    super(message);
  }
}
