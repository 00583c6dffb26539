package dev.steerc.cli.serve.playground;

import dev.steerc.cli.serve.http.Answers;
import dev.steerc.cli.serve.http.Role;
import dev.steerc.cli.serve.http.Routes;
import dev.steerc.manifest.Json;
import dev.steerc.plan.Site;
import dev.steerc.runtime.Settings;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.text.ChatConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.OptionalInt;

/**
 * The page at the server's root, and what it has to know of the model.
 *
 * @param name what the API calls the model
 * @param mostTokens the most that a request may ask for
 */
public record PlaygroundRoutes(SteeredModel model, String name, int mostTokens, boolean chats)
    implements Routes {
  private static final Page PAGE = Page.load();

  /** The page of a model. */
  public static PlaygroundRoutes of(SteeredModel model, String name, int mostTokens) {
    boolean chats = ChatConfig.beside(model.path()).template().isPresent();
    return new PlaygroundRoutes(model, name, mostTokens, chats);
  }

  @Override
  public void addTo(RoutesConfig routes) {
    routes.get("/", this::page, Role.ANYONE);
    routes.get("/v1/playground", this::about, Role.USE);
  }

  private void page(Context request) {
    request
        .header("Content-Security-Policy", PAGE.policy())
        .header("Cross-Origin-Opener-Policy", "same-origin")
        .header("Cache-Control", "no-cache")
        .contentType("text/html; charset=utf-8")
        .result(PAGE.html());
  }

  private void about(Context request) {
    Settings defaults = model.defaults();
    OptionalInt context = model.context();
    Answers.json(
        request,
        Json.object(
            "model",
            name,
            "chat",
            chats,
            "max_tokens",
            Math.min(defaults.maxNewTokens(), mostTokens),
            "most_tokens",
            Math.min(mostTokens, context.orElse(mostTokens)),
            "temperature",
            defaults.sampling().isGreedy() ? 0 : defaults.sampling().temperature(),
            "taps",
            model.ports().taps().keySet().stream().map(Site::text).toList()));
  }
}
