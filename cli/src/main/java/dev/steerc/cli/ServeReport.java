package dev.steerc.cli;

import dev.steerc.cli.serve.ServeOptions;
import dev.steerc.cli.serve.Server;
import dev.steerc.manifest.Json;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.steering.VectorStore;
import java.util.Locale;

/** What a server says when it has started. */
final class ServeReport {
  private final SteeredModel model;
  private final Server server;
  private final Talk talk;

  ServeReport(SteeredModel model, Server server, Talk talk) {
    this.model = model;
    this.server = server;
    this.talk = talk;
  }

  void print() {
    ServeOptions options = server.options();
    server.warning().ifPresent(text -> System.err.println("warning: " + text));
    String url = "http://" + bracketed(options.host()) + ":" + server.port();
    int vectors = VectorStore.open(options.vectors()).all().size();
    if (talk.isJson()) {
      System.out.println(
          Json.write(
              Json.object(
                  "url", url,
                  "host", options.host(),
                  "port", server.port(),
                  "model", options.name(),
                  "vectors", vectors,
                  "keys", options.keys().isPresent(),
                  "pid", ProcessHandle.current().pid())));
      return;
    }
    Style style = Style.ofTerminal();
    talk.say(style.bold("serving " + options.name()) + " at " + style.bold(url));
    line("model", model.path() + (model.tokenizer().isPresent() ? "" : ", without a tokenizer"));
    line("vectors", vectors + " in " + options.vectors());
    line(
        "batch",
        options.limits().batch()
            + " texts, "
            + mebibytes(options.limits().cacheBytes())
            + " of cache; "
            + options.limits().queue()
            + " requests may wait");
    line(
        "keys",
        options.keys().map(file -> "in " + file).orElse("none: this machine alone reaches it"));
    talk.say("");
    talk.say("  " + style.faint("$ ") + example(options, url));
  }

  private void line(String label, String text) {
    talk.say(String.format(Locale.ROOT, "  %-8s  %s", label, text));
  }

  private static String mebibytes(long bytes) {
    return (bytes >> 20) + " MiB";
  }

  private static String example(ServeOptions options, String url) {
    String key = options.keys().isPresent() ? " -H \"Authorization: Bearer $KEY\"" : "";
    return "curl "
        + url
        + "/v1/completions"
        + key
        + " -H 'Content-Type: application/json' -d '{\"prompt\": \"I feel\", \"steering\": \"joy:4\"}'";
  }

  private static String bracketed(String host) {
    return host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
  }
}
