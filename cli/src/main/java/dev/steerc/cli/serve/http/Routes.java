package dev.steerc.cli.serve.http;

import io.javalin.config.RoutesConfig;

/** Some addresses of the server. Each needs a {@link Role}; one without is nobody's. */
public interface Routes {
  void addTo(RoutesConfig routes);
}
