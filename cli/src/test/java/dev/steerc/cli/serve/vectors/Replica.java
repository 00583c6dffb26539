package dev.steerc.cli.serve.vectors;

import dev.steerc.cli.Main;
import dev.steerc.cli.serve.TestServer;
import dev.steerc.cli.serve.TestServer.Answer;
import dev.steerc.manifest.Json;
import dev.steerc.models.demo.DemoModel;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server of the demo model in a process of its own, whose folder of vectors others have too. */
record Replica(Process process, Path log, URI address) implements AutoCloseable {
  private static final Pattern URL = Pattern.compile("http://[0-9.]+:[1-9][0-9]*");

  /** Starts one, which may not be there yet. */
  static Process start(DemoModel demo, Path log) throws IOException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName(),
            "serve",
            demo.steered().toString(),
            "--threads=1",
            "--port=0",
            "--name=demo",
            "--vectors=" + demo.vectors());
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(log.toFile())
        .start();
  }

  /** One that was started, when it is there. */
  static Replica of(Process process, Path log) throws IOException {
    RegistryTest.await(() -> URL.matcher(read(log)).find() || !process.isAlive());
    Matcher url = URL.matcher(read(log));
    if (!url.find()) {
      throw new IllegalStateException(read(log));
    }
    return new Replica(process, log, URI.create(url.group()));
  }

  private static String read(Path log) {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** What its metrics say of problems, those with files of its folder among them. */
  List<String> problems() {
    return get("/metrics")
        .text()
        .lines()
        .filter(line -> line.startsWith("steerc_problems_total{"))
        .toList();
  }

  Answer get(String path) {
    return TestServer.send(HttpRequest.newBuilder(address.resolve(path)));
  }

  Answer put(String name, byte[] bytes) {
    HttpRequest.Builder put = HttpRequest.newBuilder(address.resolve("/v1/vectors/" + name));
    return TestServer.send(put.PUT(BodyPublishers.ofByteArray(bytes)));
  }

  /** A text with one vector. */
  Served text(String steering) {
    String body = Json.write(Json.object(Served.body(steering)));
    HttpRequest.Builder post = HttpRequest.newBuilder(address.resolve("/v1/completions"));
    return Served.of(TestServer.send(post.POST(BodyPublishers.ofString(body))));
  }

  /** The revision that its list says a vector has, or null. */
  Object revision(String name) {
    return ((List<?>) get("/v1/vectors").json().get("data"))
        .stream()
            .map(one -> (Map<?, ?>) one)
            .filter(one -> one.get("id").equals(name))
            .map(one -> one.get("revision"))
            .findFirst()
            .orElse(null);
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
