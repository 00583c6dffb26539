package dev.steerc.cli.serve.http;

import io.javalin.security.RouteRole;
import java.util.Locale;

/** What a caller may do; an address of the server needs one of these. */
public enum Role implements RouteRole {
  /** Nothing is needed: health and the page, which hold nothing that is secret. */
  ANYONE,
  /** Generate, and see what there is. */
  USE,
  /** Change vectors and defaults as well. */
  ADMIN;

  /** Whether it is enough for an address that needs another. */
  public boolean allows(Role needed) {
    return ordinal() >= needed.ordinal();
  }

  /** The word for it in the file of keys. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
