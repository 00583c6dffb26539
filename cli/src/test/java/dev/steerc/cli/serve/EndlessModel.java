package dev.steerc.cli.serve;

import dev.steerc.Steerc;
import dev.steerc.cli.serve.http.Limits;
import dev.steerc.cli.serve.ops.Log;
import dev.steerc.models.Gpt2;
import dev.steerc.models.RandomGpt2;
import dev.steerc.models.TinyTokenizer;
import dev.steerc.plan.InputMode;
import dev.steerc.plan.Intervention;
import dev.steerc.plan.Request;
import dev.steerc.plan.Target;
import dev.steerc.runtime.ModelOptions;
import dev.steerc.runtime.SteeredModel;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A server of a tiny model without end tokens and with so many positions that no text ends by
 * itself while a test runs. It has a tokenizer, but no chat template.
 */
public final class EndlessModel implements AutoCloseable {
  /** More than are generated in minutes. */
  public static final int MOST = 200_000;

  private final SteeredModel model;
  private final Server server;

  private EndlessModel(SteeredModel model, Server server) {
    this.model = model;
    this.server = server;
  }

  /**
   * Starts one.
   *
   * @param folder an empty folder
   * @param batch the most texts at once
   * @param requestTime how long a request may take
   */
  public static EndlessModel start(Path folder, int batch, Duration requestTime)
      throws IOException {
    Path file = folder.resolve("endless.onnx");
    RandomGpt2.write(file, new Gpt2.Config(1, 8, 1, 300, MOST), 1, false);
    TinyTokenizer.write(folder, 300);
    Path steered = folder.resolve("endless.steered.onnx");
    Intervention add = Target.parse("0.resid_post:add", OptionalInt.empty());
    Steerc.patch(file, Request.of(List.of(add), InputMode.OPTIONAL), steered);
    SteeredModel model = SteeredModel.open(steered, ModelOptions.DEFAULT.threads(1));
    Limits usual = Limits.DEFAULT;
    Limits limits =
        new Limits(
            batch,
            usual.queue(),
            usual.cacheBytes(),
            MOST,
            usual.sequences(),
            usual.bodyBytes(),
            usual.vectorBytes(),
            usual.vectors(),
            requestTime,
            usual.idleTime(),
            Duration.ofMillis(100));
    ServeOptions options =
        new ServeOptions(
            "127.0.0.1",
            0,
            "endless",
            folder.resolve("vectors"),
            Optional.empty(),
            limits,
            false,
            false,
            true,
            List.of());
    return new EndlessModel(model, Server.start(model, options, Log.NONE));
  }

  public SteeredModel model() {
    return model;
  }

  public Server server() {
    return server;
  }

  /** An address of the server. */
  public URI at(String path) {
    return URI.create("http://127.0.0.1:" + server.port() + path);
  }

  @Override
  public void close() {
    server.close();
    model.close();
  }
}
