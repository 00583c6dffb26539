package dev.steerc.runtime;

import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Has ONNX Runtime open models while others look at their files. Engines that nobody takes are
 * closed.
 */
final class Opening implements AutoCloseable {
  private final Map<Path, CompletableFuture<Engine>> engines = new LinkedHashMap<>();

  private Opening() {}

  /** Begins to open models, each on a thread of its own. */
  static Opening of(Collection<Path> models, ModelOptions how) {
    Opening opening = new Opening();
    for (Path model : models) {
      opening.engines.put(
          model, CompletableFuture.supplyAsync(() -> Engine.open(model, how), Opening::start));
    }
    return opening;
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(task, "steerc-opening");
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Waits for a model; the caller closes it.
   *
   * @throws dev.steerc.problem.SteercException when it cannot be opened
   */
  Engine take(Path model) {
    try {
      return engines.remove(model).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) e.getCause();
    }
  }

  /** Waits for what was not taken: ONNX Runtime cannot be stopped while it opens a model. */
  @Override
  public void close() {
    engines
        .values()
        .forEach(engine -> engine.thenAccept(Engine::close).exceptionally(e -> null).join());
  }
}
