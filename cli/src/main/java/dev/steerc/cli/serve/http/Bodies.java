package dev.steerc.cli.serve.http;

import io.javalin.security.RouteRole;

/** How large a body an address takes, said beside its {@link Role}. */
public enum Bodies implements RouteRole {
  /** As large as a vector file may be; the address reads it bounded, and not at once. */
  LARGE
}
