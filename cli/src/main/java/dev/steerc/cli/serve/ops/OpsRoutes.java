package dev.steerc.cli.serve.ops;

import dev.steerc.cli.serve.http.Answers;
import dev.steerc.cli.serve.http.Role;
import dev.steerc.cli.serve.http.Routes;
import dev.steerc.manifest.Json;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.function.Supplier;

/**
 * Health and metrics.
 *
 * @param name what the API calls the model
 * @param health how the server is
 */
public record OpsRoutes(String name, Supplier<Health> health, Meters meters) implements Routes {
  private static final ExpositionFormats FORMATS = ExpositionFormats.init();

  @Override
  public void addTo(RoutesConfig routes) {
    routes.get("/health", this::health, Role.ANYONE);
    routes.head("/health", this::health, Role.ANYONE);
    routes.get("/metrics", this::metrics, Role.USE);
  }

  private void health(Context request) {
    Health now = health.get();
    request.status(now == Health.OK ? 200 : 503);
    Answers.json(request, Json.object("status", now.label(), "model", name));
  }

  private void metrics(Context request) throws IOException {
    ExpositionFormatWriter format = FORMATS.findWriter(request.header("Accept"));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    format.write(bytes, meters.registry().scrape());
    request.contentType(format.getContentType()).result(bytes.toByteArray());
  }
}
