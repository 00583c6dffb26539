package dev.steerc.cli.serve.http;

import dev.steerc.manifest.Json;
import io.javalin.http.Context;

/** Answers that are JSON. */
public final class Answers {
  private Answers() {}

  /** Answers with what {@link Json} can write; its status is 200 unless one was set. */
  public static void json(Context request, Object value) {
    request.contentType(Failures.JSON).result(Json.write(value));
  }
}
