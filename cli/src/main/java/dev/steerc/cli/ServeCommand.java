package dev.steerc.cli;

import dev.steerc.cli.serve.ServeOptions;
import dev.steerc.cli.serve.Server;
import dev.steerc.cli.serve.ops.Log;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.SteeredModel;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
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
      "  steerc serve gpt2.steered.onnx --vectors vectors/",
      "  curl 127.0.0.1:8080/v1/completions -d '{\"prompt\": \"I feel\", \"steering\": \"joy:4\"}'",
      "  steerc serve gpt2.steered.onnx --host 0.0.0.0 --api-key-file keys.txt --log json"
    },
    description = {
      "It listens where this machine alone reaches it, and everybody there may use it and change its",
      "vectors. Elsewhere it needs keys: a file with lines `use KEY NAME` and `admin KEY NAME`, each",
      "key of 16 or more characters; `use` generates, `admin` changes vectors as well. SIGTERM and",
      "Ctrl-C end it when what runs is finished."
    })
final class ServeCommand implements Runnable {
  @Mixin private GeneratingModelArgs model;

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

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "What the API calls the model (default: as its file).")
  private String name;

  @Option(
      names = "--api-key-file",
      paramLabel = "FILE",
      description =
          "Lines with a role, use or admin, a key and a name; read again when it changes.")
  private Path keys;

  @Option(
      names = "--cors",
      paramLabel = "ORIGIN",
      description =
          "Let pages of this site use the server from a browser, such as https://example.org;"
              + " repeatable.")
  private List<String> origins = List.of();

  @Option(names = "--no-inline", description = "Refuse vectors that a request brings itself.")
  private boolean noInline;

  @Option(
      names = "--log",
      paramLabel = "FORM",
      defaultValue = "text",
      description = "A line for each request on stderr, as text or json (default: text).")
  private String log;

  @Option(names = "--log-prompts", description = "Log prompts and texts as well.")
  private boolean logPrompts;

  @ArgGroup(validate = false, heading = "%nLimits:%n")
  private ServeLimitArgs limits = new ServeLimitArgs();

  @Mixin private Talk talk;

  @Override
  public void run() {
    if (port < 0 || port > 65_535) {
      throw Problem.of(Code.USAGE, "--port " + port + " is no port")
          .help("pass 1 to 65535, or 0 for a free one")
          .exception();
    }
    Log lines = log();
    StopSignal signal = StopSignal.install();
    try (SteeredModel opened = model.open(false);
        Server server = Server.start(opened, options(opened), lines)) {
      talk.warn(opened.doubts());
      server.warning().ifPresent(text -> System.err.println("warning: " + text));
      new ServeReport(opened, server).print(talk);
      signal.await();
      talk.say("stopping: what runs is finished");
    }
  }

  private Log log() {
    if (!log.equals("text") && !log.equals("json")) {
      throw Problem.of(Code.USAGE, "`--log " + log + "` is no form of a log")
          .help("pass text or json")
          .exception();
    }
    PrintStream out =
        talk.isQuiet() ? new PrintStream(OutputStream.nullOutputStream(), true) : System.err;
    return new Log(out, log.equals("json"), Style.ofTerminal().isEnabled());
  }

  private ServeOptions options(SteeredModel opened) {
    Path folder =
        Files.isDirectory(model.path()) ? model.path() : opened.path().toAbsolutePath().getParent();
    return new ServeOptions(
        host,
        port,
        name != null ? name : name(opened.path()),
        vectors != null ? vectors : folder.resolve("vectors"),
        Optional.ofNullable(keys),
        limits.limits(),
        log.equals("json"),
        logPrompts,
        !noInline,
        origins);
  }

  private static String name(Path model) {
    return model.getFileName().toString().replaceFirst("(\\.steered)?\\.onnx$", "");
  }
}
