package dev.steerc.cli;

import dev.steerc.cli.serve.ServeOptions;
import dev.steerc.cli.serve.Server;
import dev.steerc.cli.serve.http.Limits;
import dev.steerc.runtime.SteeredModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code steerc serve}: an API in which every request may be steered otherwise. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    synopsisHeading = "%nUsage: ",
    descriptionHeading = "%n",
    parameterListHeading = "%nParameters:%n",
    optionListHeading = "%nOptions:%n",
    header = {
      "Serve a model by OpenAI's API, with a steering for each request.",
      "",
      "  steerc serve gpt2.steered.onnx --vectors vectors/"
    })
final class ServeCommand implements Runnable {
  @Mixin private SteeredModelArgs model;

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      description = "The address to listen at (default: ${DEFAULT-VALUE}).")
  private String host;

  @Option(
      names = "--port",
      paramLabel = "N",
      defaultValue = "8080",
      description = "The port; 0 takes a free one (default: ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--vectors",
      paramLabel = "FOLDER",
      description = "The vector folder (default: vectors beside the model).")
  private Path vectors;

  @Mixin private Talk talk;

  @Override
  public void run() {
    try (SteeredModel opened = model.open();
        Server server = Server.start(opened, options(opened))) {
      talk.say("serving " + opened.path() + " at http://" + host + ":" + server.port());
      untilStopped();
    }
  }

  private ServeOptions options(SteeredModel opened) {
    Path folder =
        Files.isDirectory(model.path()) ? model.path() : opened.path().toAbsolutePath().getParent();
    return new ServeOptions(
        host,
        port,
        name(opened.path()),
        vectors != null ? vectors : folder.resolve("vectors"),
        Optional.empty(),
        Limits.DEFAULT,
        false,
        false,
        true,
        List.of());
  }

  private static String name(Path model) {
    return model.getFileName().toString().replaceFirst("(\\.steered)?\\.onnx$", "");
  }

  private static void untilStopped() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
