package dev.steerc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.steerc.manifest.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code steerc pull} as a process, against a hub on this machine. */
class PullTest {
  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  @TempDir Path folder;

  private final Map<String, byte[]> files = new LinkedHashMap<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch halfway = new CountDownLatch(1);
  private HttpServer hub;
  private volatile boolean stalls;
  private volatile String lastRange;

  @BeforeEach
  void startHub() throws IOException {
    Path graphs = Steered.root().resolve("testdata/graphs");
    files.put("onnx/model.onnx", Files.readAllBytes(graphs.resolve("withpast.onnx")));
    files.put("tokenizer.json", "{}".getBytes(StandardCharsets.UTF_8));
    hub = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    hub.createContext("/", this::answer);
    hub.setExecutor(threads);
    hub.start();
  }

  @AfterEach
  void stopHub() {
    threads.shutdownNow();
    hub.stop(0);
  }

  @Test
  void saysWhatItFetchedAndWhatToRunNext() throws Exception {
    Steered.Run run = run("owner/tiny");
    assertThat(run.output())
        .isEqualTo(
            """
              model.onnx                   223 kB  fetched
              tokenizer.json                  2 B  fetched
            pulled owner/tiny at 0123456 into tiny
            next: steerc patch tiny/model.onnx --layers 2
            """);
    assertThat(run.exit()).isZero();
    assertThat(folder.resolve("tiny/model.onnx")).hasBinaryContent(files.get("onnx/model.onnx"));
    assertThat(run("owner/tiny").output()).contains("model.onnx                   223 kB  already");
  }

  @Test
  void printsJson() throws Exception {
    JsonNode json = new JsonMapper().readTree(run("owner/tiny", "--json", "-o", "a/b").output());
    assertThat(json.get("repository").asString()).isEqualTo("owner/tiny");
    assertThat(json.get("commit").asString()).isEqualTo(COMMIT);
    assertThat(json.get("model").asString()).isEqualTo("a/b/model.onnx");
    assertThat(json.get("files")).hasSize(2);
    JsonNode model = json.get("files").get(0);
    assertThat(model.get("path").asString()).isEqualTo("onnx/model.onnx");
    assertThat(model.get("bytes").asInt()).isEqualTo(222924);
    assertThat(model.get("sha256").asString())
        .isEqualTo(hash("SHA-256", files.get("onnx/model.onnx")));
  }

  @Test
  void quietPrintsNothing() throws Exception {
    assertThat(run("owner/tiny", "-q").output()).isEmpty();
    assertThat(folder.resolve("tiny/tokenizer.json")).hasContent("{}");
  }

  @Test
  void interruptedPullGoesOnLater() throws Exception {
    stalls = true;
    Process process = builder("owner/tiny").start();
    Path part = folder.resolve("tiny/.model.onnx.part");
    assertThat(halfway.await(60, TimeUnit.SECONDS)).isTrue();
    for (int i = 0; i < 600 && (!Files.exists(part) || Files.size(part) == 0); i++) {
      Thread.sleep(50);
    }
    process.destroy();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    long left = Files.size(part);
    assertThat(left).isPositive();
    assertThat(folder.resolve("tiny/model.onnx")).doesNotExist();
    stalls = false;
    assertThat(run("owner/tiny").output()).contains("223 kB  resumed");
    assertThat(lastRange).isEqualTo("bytes=" + left + "-");
    assertThat(folder.resolve("tiny/model.onnx")).hasBinaryContent(files.get("onnx/model.onnx"));
    assertThat(part).doesNotExist();
  }

  @Test
  void listsTheKnownModels() throws Exception {
    assertThat(run("--list").output()).contains("gpt2 ", "498 MB", "onnx-community/gpt2-ONNX");
    JsonNode json = new JsonMapper().readTree(run("--list", "--json").output());
    assertThat(json.get(0).get("name").asString()).isEqualTo("gpt2");
  }

  @Test
  void refusalsSayWhy() throws Exception {
    assertThat(run("nobody/nothing").output()).startsWith("error[download-not-found]");
    assertThat(run("nobody/nothing").exit()).isEqualTo(1);
    assertThat(run("gpt3").output()).startsWith("error[unknown-model]").contains("distilgpt2");
    assertThat(run().exit()).isEqualTo(2);
    assertThat(run("owner/tiny", "--file", "other.onnx").output())
        .contains("it has onnx/model.onnx");
    assertThat(folder).isEmptyDirectory();
  }

  private Steered.Run run(String... arguments) throws Exception {
    Process process = builder(arguments).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    return new Steered.Run(output, process.exitValue());
  }

  private ProcessBuilder builder(String... arguments) {
    List<String> command = new ArrayList<>(List.of("pull"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new Steered(folder).builder(List.of(), command.toArray(new String[0]));
    builder.environment().keySet().removeIf(name -> name.startsWith("HF_"));
    builder.environment().put("HF_ENDPOINT", "http://127.0.0.1:" + hub.getAddress().getPort());
    builder.environment().put("HF_HOME", folder.resolve("no-log-in").toString());
    return builder.redirectErrorStream(true);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      String file = path.replaceFirst("^/owner/tiny/resolve/" + COMMIT + "/", "");
      if (path.equals("/api/models/owner/tiny/revision/main")) {
        json(exchange, Json.object("sha", COMMIT));
      } else if (path.equals("/api/models/owner/tiny/tree/" + COMMIT)) {
        json(exchange, files.entrySet().stream().map(PullTest::entry).toList());
      } else if (files.containsKey(file)) {
        send(exchange, files.get(file));
      } else {
        exchange.sendResponseHeaders(404, -1);
      }
    }
  }

  private void send(HttpExchange exchange, byte[] body) throws IOException {
    String range = exchange.getRequestHeaders().getFirst("Range");
    int from = range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
    if (range != null) {
      lastRange = range;
      String sent = "bytes " + from + "-" + (body.length - 1) + "/" + body.length;
      exchange.getResponseHeaders().set("Content-Range", sent);
    }
    exchange.sendResponseHeaders(range == null ? 200 : 206, body.length - from);
    OutputStream out = exchange.getResponseBody();
    if (!stalls) {
      out.write(body, from, body.length - from);
      return;
    }
    out.write(body, from, body.length / 2);
    out.flush();
    halfway.countDown();
    try {
      Thread.sleep(TimeUnit.MINUTES.toMillis(5)); // until the test ends and interrupts it
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Map<String, Object> entry(Map.Entry<String, byte[]> file) {
    Object lfs =
        Json.object("oid", hash("SHA-256", file.getValue()), "size", file.getValue().length);
    return Json.object(
        "type", "file", "path", file.getKey(), "size", file.getValue().length, "lfs", lfs);
  }

  private static String hash(String algorithm, byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void json(HttpExchange exchange, Object document) throws IOException {
    byte[] bytes = Json.write(document).getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, bytes.length);
    exchange.getResponseBody().write(bytes);
  }
}
