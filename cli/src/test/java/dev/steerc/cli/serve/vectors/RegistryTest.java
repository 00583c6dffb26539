package dev.steerc.cli.serve.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.cli.serve.ServeOptions;
import dev.steerc.cli.serve.TestServer;
import dev.steerc.cli.serve.TestServer.Answer;
import dev.steerc.cli.serve.http.Limits;
import dev.steerc.manifest.Json;
import dev.steerc.runtime.exchange.Dialect;
import dev.steerc.runtime.steering.Term;
import dev.steerc.runtime.steering.Vector;
import dev.steerc.runtime.steering.VectorFile;
import dev.steerc.runtime.steering.VectorFormat;
import dev.steerc.runtime.steering.VectorFormat.GgufOptions;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RegistryTest {
  private static final int MOST = 24;
  private static TestServer server;
  private static Path other;

  @BeforeAll
  static void start(@TempDir Path folder) {
    server = TestServer.start(folder.resolve("demo"), RegistryTest::limited);
    other = folder;
  }

  private static ServeOptions limited(ServeOptions options) {
    Limits usual = options.limits();
    Limits limits =
        new Limits(
            usual.batch(),
            usual.queue(),
            usual.cacheBytes(),
            usual.newTokens(),
            usual.sequences(),
            1 << 14,
            1 << 16,
            MOST,
            usual.requestTime(),
            usual.idleTime(),
            usual.stopTime());
    return new ServeOptions(
        options.host(),
        options.port(),
        options.name(),
        options.vectors(),
        options.keys(),
        limits,
        options.jsonLog(),
        options.logPrompts(),
        options.inline(),
        options.origins());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  /** Each test finds and leaves the vectors of the demo model. */
  @BeforeEach
  void clean() throws IOException {
    defaults(List.of());
    List<?> listed = (List<?>) server.get("/v1/vectors").json().get("data");
    for (Object one : listed) {
      String name = (String) ((Map<?, ?>) one).get("id");
      if (name.startsWith("my-")) {
        server.delete("/v1/vectors/" + name);
      }
    }
  }

  private static Map<?, ?> get(String name) {
    Answer answer = server.get("/v1/vectors/" + name);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer.json();
  }

  private static Answer defaults(List<?> strengths) {
    return TestServer.send(server.json("/control-vectors", strengths));
  }

  private static void refused(Answer answer, int status, String code, String... parts) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    Map<?, ?> error = (Map<?, ?>) answer.json().get("error");
    assertThat(error.get("code")).isEqualTo(code);
    String message = (String) error.get("message");
    assertThat(List.of(parts)).allMatch(message::contains, message);
    assertThat(message).doesNotContain(other.toString(), "--", ".tmp");
  }

  private static VectorFile file(String name) {
    return VectorFile.open(server.vectors().resolve(name + ".safetensors"));
  }

  private static byte[] as(VectorFormat format, GgufOptions options, VectorFile file)
      throws IOException {
    Path path = other.resolve("sent" + format.ending());
    format.write(file, options, path, List.of());
    return Files.readAllBytes(path);
  }

  @Test
  void listsAllVectorsWithWhatTheyAre() {
    Map<?, ?> all = server.get("/v1/vectors").json();
    assertThat(all.get("object")).isEqualTo("list");
    assertThat(((List<?>) all.get("data"))).hasSize(18);
    Map<?, ?> joy = get("joy");
    assertThat(joy.get("id")).isEqualTo("joy");
    assertThat(joy.get("object")).isEqualTo("vector");
    assertThat(joy.get("op")).isEqualTo("add");
    assertThat(joy.get("sites")).isEqualTo(List.of("1.resid_mid"));
    assertThat(joy.get("base")).isEqualTo(server.model().ports().base());
    assertThat(joy.get("revision")).isEqualTo(file("joy").vector().revision());
    assertThat(joy.get("default_strength")).isEqualTo(0.0);
    assertThat(joy.get("in_use")).isEqualTo(0L);
    assertThat(((Map<?, ?>) joy.get("metadata")).get("concept")).isEqualTo("joyful");
    assertThat(joy.get("fits")).isEqualTo(true);
    assertThat(joy.get("problem")).isNull();
    assertThat((Long) joy.get("created")).isPositive();
    refused(server.get("/v1/vectors/nobody"), 404, "vector-not-found");
  }

  @Test
  void aVectorThatIsPutIsUsedAtOnceAndDeletedForGood() throws IOException {
    Answer put = server.put("/v1/vectors/my-joy", server.vector("joy"));
    assertThat(put.status()).as(put.text()).isEqualTo(201);
    assertThat(put.json().get("revision")).isEqualTo(get("joy").get("revision"));
    assertThat(put.json()).isEqualTo(get("my-joy"));
    assertThat(server.put("/v1/vectors/my-joy", server.vector("calm")).status()).isEqualTo(200);
    assertThat(get("my-joy").get("revision")).isEqualTo(get("calm").get("revision"));
    assertThat(((Map<?, ?>) get("my-joy").get("metadata")).get("concept")).isEqualTo("calm");
    Served served = Served.by(server, "my-joy:2");
    assertThat(served.isAlone(server.model(), Term.of(file("calm").vector(), 2))).isTrue();
    Answer deleted = server.delete("/v1/vectors/my-joy");
    assertThat(deleted.json())
        .isEqualTo(Json.object("id", "my-joy", "object", "vector", "deleted", true));
    refused(server.delete("/v1/vectors/my-joy"), 404, "vector-not-found");
    refused(server.get("/v1/vectors/my-joy"), 404, "vector-not-found");
    assertThat(server.vectors().resolve("my-joy.safetensors")).doesNotExist();
  }

  @Test
  void everyKindOfFileIsTaken() throws IOException {
    VectorFile pirate = file("pirate");
    Vector bare = Vector.of("v", pirate.vector().acting().values().iterator().next());
    GgufOptions repeng = new GgufOptions(Dialect.REPENG, Optional.empty());
    Vector post =
        new Vector(
            "v",
            Map.of(
                new dev.steerc.plan.Site.InBlock(2, dev.steerc.plan.Site.Kind.RESID_POST),
                bare.placeless().get()),
            Optional.empty(),
            Optional.empty());
    put("my-npy", as(VectorFormat.NPY, GgufOptions.DEFAULT, pirate.with(bare)), List.of(), true);
    put(
        "my-adapter",
        as(VectorFormat.ONNX_ADAPTER, GgufOptions.DEFAULT, pirate),
        List.of("1.resid_mid"),
        true);
    // the demo model has inputs in the middle of its blocks only
    byte[] gguf = as(VectorFormat.GGUF, repeng, pirate.with(post));
    put("my-gguf?dialect=repeng", gguf, List.of("2.resid_post"), false);
    assertThat((String) get("my-gguf").get("problem")).contains("no `add` input at 2.resid_post");
    refused(server.put("/v1/vectors/my-gguf?dialect=latin", gguf), 400, "usage", "dialect");
    Served npy = Served.by(server, "my-npy:2@1.resid_mid");
    assertThat(npy.isAlone(server.model(), Term.of(pirate.vector(), 2))).isTrue();
  }

  private static void put(String target, byte[] body, List<String> sites, boolean fits) {
    Answer answer = server.put("/v1/vectors/" + target, body);
    assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    assertThat(answer.json().get("sites")).isEqualTo(sites);
    assertThat(answer.json().get("fits")).isEqualTo(fits);
    assertThat(server.vectors().resolve(answer.json().get("id") + ".safetensors")).exists();
  }

  @Test
  void jsonIsAVectorToo() {
    List<Double> ones = Collections.nCopies(128, 0.5);
    Answer one =
        putJson(
            "my-json",
            Json.object(
                "values",
                ones,
                "site",
                "2.resid_mid",
                "op",
                "ablate",
                "metadata",
                Json.object("concept", "halves")));
    assertThat(one.status()).as(one.text()).isEqualTo(201);
    assertThat(one.json().get("op")).isEqualTo("ablate");
    assertThat(one.json().get("metadata")).isEqualTo(Json.object("concept", "halves"));
    Object endless = Json.object("about", "x".repeat(9000));
    Answer lengthy = putJson("my-json", Json.object("values", ones, "metadata", endless));
    assertThat(lengthy.text()).contains("x...").hasSizeLessThan(2000);
    Answer two =
        putJson(
            "my-json", Json.object("sites", Json.object("0.resid_mid", ones, "3.resid_mid", ones)));
    assertThat(two.status()).isEqualTo(200);
    assertThat(two.json().get("sites")).isEqualTo(List.of("0.resid_mid", "3.resid_mid"));
    refused(putJson("my-json", Json.object("value", ones)), 400, "bad-request", "`values`");
    refused(putJson("my-json", Json.object("values", List.of(1, "a"))), 400, "bad-request");
    refused(
        putJson("my-json", Json.object("values", ones, "metadata", Json.object("a", 1))),
        400,
        "bad-request",
        "metadata.a");
    refused(
        putJson("my-json", Json.object("values", Collections.nCopies(9000, 0.5))),
        413,
        "too-large");
    assertThat(get("my-json").get("revision")).isEqualTo(two.json().get("revision"));
  }

  private static Answer putJson(String name, Object json) {
    return TestServer.send(
        server
            .json("/v1/vectors/" + name, Json.object())
            .PUT(BodyPublishers.ofString(" " + Json.write(json))));
  }

  @Test
  void whatDoesNotFitTheModelIsRefused() throws IOException {
    VectorFile joy = file("joy");
    byte[] foreign =
        as(VectorFormat.SAFETENSORS, GgufOptions.DEFAULT, joy.basedOn("sha256:" + "0".repeat(64)));
    refused(server.put("/v1/vectors/my-x", foreign), 400, "wrong-base-model");
    byte[] narrow = as(VectorFormat.NPY, GgufOptions.DEFAULT, joy.with(Vector.of("x", 1, 2, 3)));
    refused(server.put("/v1/vectors/my-x", narrow), 400, "vector-width", "width 3, the stream 128");
    refused(
        putJson("my-x", Json.object("values", Collections.nCopies(128, 1), "site", "40.resid_mid")),
        400,
        "layer-out-of-range");
    float[] values = new float[128];
    values[7] = Float.NaN;
    byte[] nan = as(VectorFormat.NPY, GgufOptions.DEFAULT, joy.with(Vector.of("x", values)));
    refused(server.put("/v1/vectors/my-x", nan), 400, "vector-not-finite", "NaN");
    refused(server.get("/v1/vectors/my-x"), 404, "vector-not-found");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "..", "%2e%2e", "..%2fx", "%2e%2e%2fx", "a%2fb", "a%5cb", "%00", "a%00", "%2ejoy", ".joy",
        "-joy", "_joy", "joy%20", "jo%C3%BC", "a:b", "C:", "%252e%252e", "a%0a", "~", "a%3f",
        "%2fetc%2fpasswd", "joy;x=1",
            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
      })
  void namesThatMeanSomethingToASystemAreRefused(String name) throws Exception {
    List<Path> files = tree();
    HttpRequest.Builder one = HttpRequest.newBuilder(server.at("/v1/vectors/" + name));
    byte[] joy = server.vector("joy");
    assertThat(status(one.PUT(BodyPublishers.ofByteArray(joy)))).isIn(400, 404, 405);
    assertThat(status(one.DELETE())).isIn(400, 404, 405);
    Answer load =
        server.post("/v1/load_steering_vector", "name", "../x", "path", "joy.safetensors");
    refused(load, 400, "vector-name");
    assertThat(tree()).isEqualTo(files);
  }

  /** Asked on a connection of its own, as the server may hang up on what it does not like. */
  private static int status(HttpRequest.Builder request) throws Exception {
    HttpResponse.BodyHandler<String> text = HttpResponse.BodyHandlers.ofString();
    return HttpClient.newHttpClient().send(request.build(), text).statusCode();
  }

  private static List<Path> tree() throws IOException {
    try (Stream<Path> all = Files.walk(other)) {
      return all.filter(p -> !p.getFileName().toString().startsWith("sent")).sorted().toList();
    }
  }

  @Test
  void ofLongMetadataTheListHasTheBeginning() throws IOException {
    Vector joy = VectorFile.read(server.vectors().resolve("joy.safetensors"));
    Path file = other.resolve("long.safetensors");
    VectorFile.write(joy, Map.of("story", "x".repeat(20_000)), file);
    assertThat(server.put("/v1/vectors/my-long", Files.readAllBytes(file)).status()).isEqualTo(201);
    Map<?, ?> metadata = (Map<?, ?>) get("my-long").get("metadata");
    assertThat(metadata.get("story")).isEqualTo("x".repeat(1000) + "...");
  }

  @Test
  void anotherKindOfFileIsNotReplaced() throws IOException {
    byte[] npy = as(VectorFormat.NPY, GgufOptions.DEFAULT, file("joy"));
    Files.write(server.vectors().resolve("my-own.npy"), npy);
    refused(
        server.put("/v1/vectors/my-own", server.vector("joy")), 409, "vector-taken", "my-own.npy");
    assertThat(server.vectors().resolve("my-own.npy")).hasBinaryContent(npy);
    await(() -> server.get("/v1/vectors/my-own").status() == 200);
    assertThat(get("my-own").get("sites")).isEqualTo(List.of());
    Files.write(server.vectors().resolve("my-own.safetensors"), server.vector("joy"));
    await(() -> server.post("/v1/completions", Served.body("my-own")).status() == 409);
    refused(server.post("/v1/completions", Served.body("my-own")), 409, "ambiguous-vector");
    assertThat(server.delete("/v1/vectors/my-own").status()).isEqualTo(200);
    assertThat(server.vectors().resolve("my-own.npy")).doesNotExist();
    assertThat(server.vectors().resolve("my-own.safetensors")).doesNotExist();
  }

  @Test
  void thereAreNoMoreVectorsThanTheLimit() throws IOException {
    byte[] joy = server.vector("joy");
    int free = MOST - ((List<?>) server.get("/v1/vectors").json().get("data")).size();
    for (int i = 0; i < free; i++) {
      assertThat(server.put("/v1/vectors/my-" + i, joy).status()).isEqualTo(201);
    }
    refused(server.put("/v1/vectors/my-more", joy), 413, "too-large", MOST + " vectors");
    assertThat(server.put("/v1/vectors/my-0", joy).status()).isEqualTo(200);
  }

  @Test
  void aChangeCanBeMeantForOneRevisionOnly() throws IOException {
    Answer put = conditional("my-v", "calm", "If-None-Match", "*");
    assertThat(put.status()).isEqualTo(201);
    String tag = put.response().headers().firstValue("ETag").orElseThrow();
    assertThat(tag).isEqualTo('"' + (String) put.json().get("revision") + '"');
    refused(conditional("my-v", "joy", "If-None-Match", "*"), 412, "vector-changed");
    assertThat(conditional("my-v", "joy", "If-Match", tag).status()).isEqualTo(200);
    refused(conditional("my-v", "anger", "If-Match", tag), 412, "vector-changed", "sha256:");
    refused(conditional("my-w", "anger", "If-Match", "*"), 412, "vector-changed", "not there");
    assertThat(get("my-v").get("revision")).isEqualTo(get("joy").get("revision"));
  }

  private static Answer conditional(String name, String vector, String header, String tag)
      throws IOException {
    HttpRequest.Builder request = HttpRequest.newBuilder(server.at("/v1/vectors/" + name));
    return TestServer.send(
        request.header(header, tag).PUT(BodyPublishers.ofByteArray(server.vector(vector))));
  }

  @Test
  void vectorsAreLoadedFromBelowTheFolderAndNowhereElse() throws IOException {
    Path below = Files.createDirectories(server.vectors().resolve("more/deep"));
    Files.write(below.resolve("v.gguf"), server.vector("joy"));
    Answer load =
        server.post("/v1/load_steering_vector", "name", "my-v", "path", "more/deep/v.gguf");
    assertThat(load.status()).as(load.text()).isEqualTo(201);
    assertThat(load.json().get("revision")).isEqualTo(get("joy").get("revision"));
    Path secret = Files.write(other.resolve("secret.safetensors"), server.vector("joy"));
    Files.createSymbolicLink(below.resolve("link.safetensors"), secret);
    for (String path :
        List.of(
            secret.toString(),
            "../../secret.safetensors",
            "more/../../../secret.safetensors",
            "more/deep/link.safetensors",
            "more",
            "nothing.safetensors",
            "x\0y")) {
      Answer answer =
          server.post(
              "/v1/load_steering_vector",
              "steering_vector_name",
              "my-w",
              "steering_vector_path",
              path);
      refused(answer, 400, "bad-request", "no such file in the vector folder");
    }
    Answer unload = server.post("/v1/unload_steering_vector", "steering_vector_name", "my-v");
    assertThat(unload.json().get("deleted")).isEqualTo(true);
    assertThat(below.resolve("v.gguf")).exists();
    refused(server.get("/v1/vectors/my-v"), 404, "vector-not-found");
  }

  @Test
  void defaultsSteerRequestsThatNameNone() {
    Answer set =
        defaults(
            List.of(Json.object("name", "joy", "scale", 1.5), Json.object("id", 1, "scale", 0.5)));
    assertThat(set.status()).as(set.text()).isEqualTo(200);
    assertThat(set.text()).contains("{\"id\":9,\"name\":\"joy\",\"scale\":1.5}");
    assertThat(get("joy").get("default_strength")).isEqualTo(1.5);
    Served silent = Served.by(server, null);
    assertThat(
            silent.isAlone(
                server.model(),
                Term.of(file("calm").vector(), 0.5),
                Term.of(file("joy").vector(), 1.5)))
        .isTrue();
    assertThat(silent.vectors()).extracting(v -> v.get("vector")).isEqualTo(List.of("calm", "joy"));
    assertThat(Served.by(server, "none").vectors()).isEmpty();
    try (Registry again =
        new Registry(
            server.model(),
            server.vectors(),
            Limits.DEFAULT,
            new dev.steerc.cli.serve.ops.Meters(),
            dev.steerc.cli.serve.ops.Log.NONE)) {
      assertThat(again.now().defaults().strengths()).isEqualTo(Map.of("calm", 0.5, "joy", 1.5));
    }
    defaults(List.of(Json.object("name", "joy", "scale", 0)));
    assertThat(Served.by(server, null).vectors()).isEmpty();
  }

  @Test
  void aDefaultThatIsGoneIsSaidAndNotLeftOut() throws IOException {
    server.put("/v1/vectors/my-v", server.vector("joy"));
    defaults(List.of(Json.object("name", "my-v", "scale", 2)));
    Files.delete(server.vectors().resolve("my-v.safetensors"));
    await(() -> server.post("/v1/completions", Served.body(null)).status() == 503);
    refused(
        server.post("/v1/completions", Served.body(null)),
        503,
        "bad-defaults",
        "`my-v` by default");
    assertThat(Served.by(server, "none").text()).isNotEmpty();
    assertThat(server.get("/control-vectors").text()).contains("\"my-v\",\"scale\":2.0");
    server.put("/v1/vectors/my-v", server.vector("joy"));
    assertThat(Served.by(server, null).of("vector")).isEqualTo("my-v");
    server.delete("/v1/vectors/my-v");
    assertThat(Served.by(server, null).vectors()).isEmpty();
  }

  @Test
  void defaultsThatCannotBeUnderstoodAreSaidToo() throws IOException {
    Files.writeString(server.vectors().resolve("defaults.json"), "{\"joy\": \"much\"}");
    await(() -> server.post("/v1/completions", Served.body(null)).status() == 503);
    defaults(List.of());
    assertThat(Served.by(server, null).vectors()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '#',
      value = {
        "{} | 400 | bad-request",
        "null | 400 | bad-request",
        "[1] | 400 | bad-request",
        "[{'name':'joy'}] | 400 | bad-request",
        "[{'scale':1}] | 400 | bad-request",
        "[{'id':99,'scale':1}] | 400 | bad-request",
        "[{'id':-1,'scale':1}] | 400 | bad-request",
        "[{'name':'joy','scale':1},{'name':'joy','scale':2}] | 400 | bad-request",
        "[{'name':'joy','scale':1e999}] | 400 | bad-request",
        "[{'name':'joy','scale':1e300}] | 400 | bad-strength",
        "[{'name':'joy','strength':1}] | 400 | bad-request",
        "[{'name':'nobody','scale':1}] | 404 | vector-not-found",
      })
  void wrongDefaultsChangeNothing(String body, int status, String code) {
    HttpRequest.Builder request =
        server.json("/control-vectors", "").POST(BodyPublishers.ofString(body.replace('\'', '"')));
    String before = server.get("/control-vectors").text();
    Answer answer = TestServer.send(request);
    if (!body.equals("null")) {
      refused(answer, status, code);
    }
    assertThat(server.get("/control-vectors").text()).isEqualTo(before);
  }

  @Test
  void aChangeOfTheFolderIsPickedUp() throws IOException {
    Path file = server.vectors().resolve("my-v.safetensors");
    Files.write(file, server.vector("joy"));
    await(() -> server.get("/v1/vectors/my-v").status() == 200);
    Path next = Files.write(other.resolve("sent"), server.vector("calm"));
    Files.move(next, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    Object calm = get("calm").get("revision");
    await(() -> get("my-v").get("revision").equals(calm));
    Files.delete(file);
    await(() -> server.get("/v1/vectors/my-v").status() == 404);
  }

  @Test
  void aCorruptFileIsRefusedByNameUntilItIsMended() throws IOException {
    Path file = server.vectors().resolve("my-v.safetensors");
    byte[] whole = server.vector("joy");
    Files.write(file, java.util.Arrays.copyOf(whole, whole.length - 40));
    await(() -> server.get("/v1/vectors/my-v").status() == 200);
    assertThat(get("my-v").get("fits")).isEqualTo(false);
    assertThat((String) get("my-v").get("problem")).contains("safetensors");
    assertThat(get("my-v").get("revision")).isNull();
    refused(server.post("/v1/completions", Served.body("my-v")), 409, "vector-broken", "`my-v`");
    assertThat(Served.by(server, "joy").of("vector")).isEqualTo("joy");
    Files.write(file, whole);
    await(() -> get("my-v").get("fits").equals(true));
    assertThat(Served.by(server, "my-v").of("revision")).isEqualTo(get("joy").get("revision"));
    Files.write(file, new byte[0]);
    await(() -> get("my-v").get("fits").equals(false));
    assertThat(server.put("/v1/vectors/my-v", whole).status()).isEqualTo(200);
    assertThat(get("my-v").get("fits")).isEqualTo(true);
  }

  /** Waits for what the server finds out by itself. */
  static void await(java.util.function.BooleanSupplier condition) {
    long end = System.nanoTime() + 20_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited too long").isLessThan(end);
      java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
    }
  }
}
