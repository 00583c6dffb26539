package dev.steerc.cli;

import dev.steerc.cli.serve.ServeOptions;
import dev.steerc.cli.serve.Server;
import dev.steerc.manifest.Json;
import dev.steerc.runtime.SteeredModel;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a server says when it has started. */
final class ServeReport {
  private final SteeredModel model;
  private final ServeOptions options;
  private final int port;
  private final String url;
  private final List<String> vectors;

  ServeReport(SteeredModel model, Server server) {
    this.model = model;
    this.options = server.options();
    this.port = server.port();
    this.url = "http://" + bracketed(options.host()) + ":" + port;
    this.vectors = server.vectors();
  }

  private static String bracketed(String host) {
    return host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
  }

  void print(Talk talk) {
    if (talk.isJson()) {
      System.out.println(Json.write(fields()));
      return;
    }
    Style style = Style.ofTerminal();
    talk.say("serving " + style.bold(options.name()) + " at " + style.bold(url));
    line(talk, "model", model.path() + (model.tokenizer().isEmpty() ? ", no tokenizer" : ""));
    line(talk, "vectors", vectors.size() + " in " + options.vectors());
    line(talk, "room", room());
    line(talk, "keys", options.keys().map(file -> "in " + file).orElse("none, for this machine"));
    talk.say("try:");
    talk.say("  " + example());
  }

  private Map<String, Object> fields() {
    return Json.object(
        "url", url,
        "port", port,
        "pid", ProcessHandle.current().pid(),
        "model", options.name(),
        "file", model.path().toString(),
        "vectors", vectors.size(),
        "keys", options.keys().isPresent());
  }

  private static void line(Talk talk, String label, String text) {
    talk.say(String.format(Locale.ROOT, "  %-8s  %s", label, text));
  }

  private String room() {
    return String.format(
        Locale.ROOT,
        "%d texts at once in %d MiB of cache, and %d requests that wait",
        options.limits().batch(),
        options.limits().cacheBytes() >> 20,
        options.limits().queue());
  }

  /** A request that works here, for a shell. */
  private String example() {
    String key = options.keys().isPresent() ? " -H \"Authorization: Bearer $KEY\"" : "";
    Map<String, Object> body = Json.object("prompt", "I feel");
    vectors.stream().findFirst().ifPresent(one -> body.put("steering", one));
    return "curl " + url + "/v1/completions" + key + " -d '" + Json.write(body) + "'";
  }
}
