package dev.steerc.cli.serve;

import dev.steerc.cli.serve.batching.Scheduler;
import dev.steerc.cli.serve.http.Access;
import dev.steerc.cli.serve.http.Failures;
import dev.steerc.cli.serve.http.Routes;
import dev.steerc.cli.serve.inference.InferenceRoutes;
import dev.steerc.cli.serve.openai.OpenAiRoutes;
import dev.steerc.cli.serve.ops.Meters;
import dev.steerc.cli.serve.vectors.Registry;
import dev.steerc.cli.serve.vectors.SteeringReader;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.SteeredModel;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import java.util.List;

/** A server for one model, from the moment it is made until it is closed. */
public final class Server implements AutoCloseable {
  private final ServeOptions options;
  private final Meters meters = new Meters();
  private final Access access = new Access();
  private final Registry registry;
  private final Scheduler scheduler;
  private final Javalin http;

  private Server(SteeredModel model, ServeOptions options) {
    this.options = options;
    this.registry = new Registry(options.vectors());
    this.scheduler = new Scheduler(model, options.limits(), meters);
    SteeringReader steerings = new SteeringReader(registry, options.inline());
    List<Routes> all =
        List.of(
            new OpenAiRoutes(model, options.name(), steerings, scheduler),
            new InferenceRoutes(
                model, options.name(), options.limits(), () -> !scheduler.isStopping()));
    this.http = Javalin.create(config -> configure(config, all));
  }

  /**
   * Starts to serve a model.
   *
   * @param model stays open when the server is closed
   * @throws dev.steerc.problem.SteercException when it cannot listen there
   */
  public static Server start(SteeredModel model, ServeOptions options) {
    Server server = new Server(model, options);
    try {
      server.http.start(options.host(), options.port());
      return server;
    } catch (RuntimeException e) {
      server.close();
      throw Problem.of(Code.PORT_TAKEN, "cannot listen at " + options.host() + ":" + options.port())
          .note(String.valueOf(e.getMessage()))
          .help("choose another --port")
          .exception();
    }
  }

  private void configure(JavalinConfig config, List<Routes> all) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.http.maxRequestSize = options.limits().bodyBytes();
    config.routes.beforeMatched(access::check);
    config.routes.exception(Exception.class, (e, request) -> Failures.answer(request, e));
    all.forEach(routes -> routes.addTo(config.routes));
  }

  /** Where it listens. */
  public int port() {
    return http.port();
  }

  /** Finishes what runs, takes nothing new, and ends. */
  @Override
  public void close() {
    scheduler.stop(options.limits().stopTime());
    http.stop();
    registry.close();
  }
}
