package dev.steerc.cli.serve;

import dev.steerc.cli.serve.batching.Scheduler;
import dev.steerc.cli.serve.http.Access;
import dev.steerc.cli.serve.http.Front;
import dev.steerc.cli.serve.http.Routes;
import dev.steerc.cli.serve.inference.InferenceRoutes;
import dev.steerc.cli.serve.openai.OpenAiRoutes;
import dev.steerc.cli.serve.ops.AccessLog;
import dev.steerc.cli.serve.ops.Health;
import dev.steerc.cli.serve.ops.Log;
import dev.steerc.cli.serve.ops.Meters;
import dev.steerc.cli.serve.ops.OpsRoutes;
import dev.steerc.cli.serve.playground.PlaygroundRoutes;
import dev.steerc.cli.serve.playground.ProbeRoutes;
import dev.steerc.cli.serve.vectors.Registry;
import dev.steerc.cli.serve.vectors.SteeringReader;
import dev.steerc.cli.serve.vectors.VectorRoutes;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.SteeredModel;
import io.javalin.Javalin;
import java.util.List;
import java.util.Optional;

/** A server for one model, from the moment it is made until it is closed. */
public final class Server implements AutoCloseable {
  private final ServeOptions options;
  private final Meters meters = new Meters();
  private final Access access;
  private final Registry registry;
  private final Scheduler scheduler;
  private final Javalin http;

  private Server(SteeredModel model, ServeOptions options, Log log) {
    this.options = options;
    this.access =
        new Access(
            options.host(), options.keys(), options.origins(), options.limits(), log::problem);
    this.registry = new Registry(model, options.vectors(), options.limits(), meters, log);
    this.scheduler = new Scheduler(model, options.limits(), meters, log);
    SteeringReader steerings = new SteeringReader(model, registry, options.inline());
    List<Routes> all =
        List.of(
            new OpsRoutes(options.name(), scheduler::health, meters),
            new OpenAiRoutes(model, options.name(), steerings, scheduler, options.limits()),
            new VectorRoutes(model, registry, options.limits()),
            new InferenceRoutes(
                model, options.name(), options.limits(), () -> scheduler.health() == Health.OK),
            new ProbeRoutes(model, steerings),
            PlaygroundRoutes.of(model, options.name(), options.limits().newTokens()));
    AccessLog requests = new AccessLog(log, meters, options.logPrompts());
    Front front =
        new Front(options.host(), options.port(), options.limits(), access, requests, log::mistake);
    this.http = front.with(all);
  }

  /**
   * Starts to serve a model.
   *
   * @param model stays open when the server is closed
   * @param log hears of each request
   * @throws dev.steerc.problem.SteercException when the model cannot be steered, others could reach
   *     it without a key, or it cannot listen there
   */
  public static Server start(SteeredModel model, ServeOptions options, Log log) {
    if (model.ports().sites().isEmpty()) {
      throw Problem.of(Code.PORT_MISSING, "the model has no steering input")
          .at(model.path())
          .help("patch it first: steerc patch " + model.path() + " --layers all")
          .exception();
    }
    Server server = new Server(model, options, log);
    try {
      server.http.start();
      return server;
    } catch (RuntimeException e) {
      server.close();
      throw Problem.of(Code.PORT_TAKEN, "cannot listen at " + options.host() + ":" + options.port())
          .note(reason(e))
          .help("choose another --port")
          .exception();
    }
  }

  private static String reason(Throwable e) {
    Throwable last = e;
    while (last.getCause() != null) {
      last = last.getCause();
    }
    return String.valueOf(last.getMessage());
  }

  /** Where it listens. */
  public int port() {
    return http.port();
  }

  Scheduler scheduler() {
    return scheduler;
  }

  /** How it serves. */
  public ServeOptions options() {
    return options;
  }

  /** The names of the vectors that requests may use now. */
  public List<String> vectors() {
    return List.copyOf(registry.names());
  }

  /** What the operator should know. */
  public Optional<String> warning() {
    return access.warning();
  }

  /** Finishes what runs, takes nothing new, and ends. */
  @Override
  public void close() {
    scheduler.stop(options.limits().stopTime());
    http.stop();
    registry.close();
  }
}
