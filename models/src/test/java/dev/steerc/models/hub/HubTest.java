package dev.steerc.models.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.steerc.models.TestData;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pulls from a real server over real connections, most of which go wrong. */
class HubTest {
  private static final String MODEL = "onnx/model.onnx";
  private static final String TOKENIZER = "tokenizer.json";
  private static final String SECRET = "hf_secretsecret";
  private static final Path GRAPHS = TestData.root().resolve("testdata/graphs");

  @TempDir Path temporary;

  private final Map<String, String> environment = new HashMap<>();
  private final List<String> retries = new ArrayList<>();
  private Patience patience = patience(Duration.ofSeconds(20));
  private HubServer server;
  private Path folder;
  private byte[] model;

  @BeforeEach
  void serveRepository() throws IOException {
    server = new HubServer();
    folder = temporary.resolve("gpt2");
    model = Files.readAllBytes(GRAPHS.resolve("withpast.onnx"));
    server.put("README.md", text("a model"));
    server.put(TOKENIZER, text("{\"version\": \"1.0\"}"));
    server.put("config.json", text("{\"n_layer\": 4}"));
    server.put("onnx/config.json", text("{\"n_layer\": 5}"));
    server.put("onnx/merges.txt", text("a b"));
    server.put("onnx/model_fp16.onnx", text("another"));
    server.put("empty.txt", new byte[0]);
    server.put(MODEL, model);
    environment.put("HF_ENDPOINT", server.address());
    environment.put("HF_HOME", temporary.resolve("home").toString());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  // what is fetched

  @Test
  void bringsModelAndTokenizerIntoOneFolder() throws Exception {
    Pulled pulled = pull();
    assertThat(pulled.commit()).isEqualTo(HubServer.COMMIT);
    assertThat(pulled.model()).isEqualTo(folder.resolve("model.onnx"));
    assertThat(names()).containsExactly("config.json", "merges.txt", "model.onnx", TOKENIZER);
    assertThat(folder.resolve("model.onnx")).hasBinaryContent(model);
    assertThat(folder.resolve("config.json")).hasContent("{\"n_layer\": 4}");
    Pulled.Item item = pulled.items().get(0);
    assertThat(item.sha256()).isEqualTo(HubServer.hash("SHA-256", model));
    assertThat(item.path()).isEqualTo(MODEL);
    assertThat(item.fetched()).isEqualTo(model.length);
    for (Pulled.Item each : pulled.items()) {
      byte[] bytes = Files.readAllBytes(folder.resolve(each.name()));
      assertThat(each.sha256()).isEqualTo(HubServer.hash("SHA-256", bytes));
    }
  }

  @Test
  void takesTheFileThatIsAskedFor() throws Exception {
    server.put("other/tiny.onnx", model);
    server.put("other/vocab.json", text("{}"));
    pull(Optional.of("other/tiny.onnx"));
    assertThat(names()).containsExactly("config.json", "tiny.onnx", TOKENIZER, "vocab.json");
  }

  /** gpt2-large keeps constants in files that are called after nodes. */
  @Test
  void bringsTheDataFilesThatTheModelNames() throws Exception {
    serveExternal();
    byte[] data = Files.readAllBytes(GRAPHS.resolve("external.onnx_data"));
    server.put("onnx/external.onnx_data", data);
    server.put("onnx/model.onnx_data_1", text("named after the model"));
    pull();
    assertThat(folder.resolve("external.onnx_data")).hasBinaryContent(data);
    assertThat(folder.resolve("model.onnx_data_1")).exists();
  }

  @Test
  void missingDataFileIsAProblem() throws Exception {
    serveExternal();
    assertThat(problem(this::pull).what()).contains("lacks `external.onnx_data`");
  }

  @Test
  void dataFileOutsideTheFolderIsRefused() throws Exception {
    String plain = Files.readString(GRAPHS.resolve("external.onnx"), StandardCharsets.ISO_8859_1);
    String evil = plain.replace("external.onnx_data", "../../../etc/passw");
    server.put(MODEL, evil.getBytes(StandardCharsets.ISO_8859_1));
    assertThat(problem(this::pull).code()).isEqualTo(Code.EXTERNAL_DATA_ESCAPES);
    assertThat(temporary).isDirectoryNotContaining(path -> path.toString().contains("etc"));
  }

  @Test
  void listingMayComeInPages() throws Exception {
    server.pageSize = 2;
    pull();
    assertThat(names()).contains("model.onnx", TOKENIZER);
  }

  @Test
  void refusesRepositoryWithoutAUsualModel() {
    server.put("a.onnx", model);
    server.put("b.onnx", model);
    server.lie(MODEL, "path", "onnx/unusual.onnx");
    Problem problem = problem(this::pull);
    assertThat(problem.code()).isEqualTo(Code.DOWNLOAD_NOT_FOUND);
    assertThat(problem.notes()).contains("it has a.onnx", "it has onnx/unusual.onnx");
    assertThat(problem(() -> pull(Optional.of("c.onnx"))).what()).contains("no file `c.onnx`");
    assertThat(folder).doesNotExist();
  }

  // what is there already

  @Test
  void goodFileIsNotFetchedAgain() {
    pull();
    server.requests.clear();
    Pulled again = pull();
    assertThat(again.items()).allMatch(item -> item.fetched() == 0);
    assertThat(server.requests).allMatch(request -> request.path().startsWith("/api/"));
  }

  @Test
  void changedFileIsFetchedAgain() throws Exception {
    pull();
    Files.writeString(folder.resolve(TOKENIZER), "{\"version\": \"9.9\"}");
    pull();
    assertThat(folder.resolve(TOKENIZER)).hasContent("{\"version\": \"1.0\"}");
  }

  @Test
  void badDownloadLeavesTheFileBefore() throws Exception {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("model.onnx"), "a good one from before");
    byte[] bad = model.clone();
    bad[1000]++;
    server.fail(MODEL, HubServer.send(bad, true));
    Problem problem = problem(this::pull);
    assertThat(problem.code()).isEqualTo(Code.DOWNLOAD_CORRUPT);
    assertThat(problem.what()).contains("another hash");
    assertThat(folder.resolve("model.onnx")).hasContent("a good one from before");
    assertThat(names()).containsExactly("model.onnx");
  }

  // broken connections

  @Test
  void goesOnWhereTheConnectionBroke() throws Exception {
    for (int i = 0; i < 9; i++) { // more often than a try may bring nothing
      server.fail(MODEL, HubServer.breakAfter(20_000));
    }
    Pulled.Item item = pull().items().get(0);
    assertThat(folder.resolve("model.onnx")).hasBinaryContent(model);
    assertThat(server.ranges(MODEL)).hasSize(10).startsWith((String) null);
    assertThat(server.ranges(MODEL).subList(1, 10)).doesNotContainNull();
    assertThat(item.fetched()).isEqualTo(model.length);
    assertThat(retries).hasSize(9).allMatch(line -> line.startsWith("model.onnx: "));
  }

  @Test
  void resumedBytesAreOfTheSameFile() {
    server.fail(MODEL, HubServer.breakAfter(20_000));
    pull();
    HubServer.Request last =
        server.requests.stream().filter(r -> r.range() != null).findAny().get();
    assertThat(last.ifRange()).startsWith("\"").endsWith("\"");
  }

  @Test
  void nextRunGoesOnFromThePart() throws Exception {
    patience = impatient();
    server.fail(MODEL, HubServer.breakAfter(100_000));
    assertThat(problem(this::pull).code()).isEqualTo(Code.DOWNLOAD_FAILED);
    long left = Files.size(folder.resolve(".model.onnx.part"));
    assertThat(left).isPositive().isLessThanOrEqualTo(100_000);
    assertThat(folder.resolve("model.onnx")).doesNotExist();
    assertThat(pull().items().get(0).fetched()).isEqualTo(model.length - left);
    assertThat(folder.resolve("model.onnx")).hasBinaryContent(model);
    assertThat(server.ranges(MODEL)).containsExactly(null, "bytes=" + left + "-");
    assertThat(names()).noneMatch(name -> name.endsWith(".part"));
  }

  @Test
  void wholePartNeedsNoRequest() throws Exception {
    Files.createDirectories(folder);
    Files.write(folder.resolve(".model.onnx.part"), model);
    pull();
    assertThat(folder.resolve("model.onnx")).hasBinaryContent(model);
    assertThat(server.ranges(MODEL)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 100_000, 222_924, 500_000})
  void partOfAnotherVersionIsThrownAway(int length) throws Exception {
    Files.createDirectories(folder);
    byte[] other = new byte[length];
    new Random(7).nextBytes(other);
    Files.write(folder.resolve(".model.onnx.part"), other);
    pull();
    assertThat(folder.resolve("model.onnx")).hasBinaryContent(model);
  }

  @Test
  void serverWithoutRangesStartsAgain() throws Exception {
    server.fail(MODEL, HubServer.breakAfter(50_000), HubServer.send(model, true));
    pull();
    assertThat(folder.resolve("model.onnx")).hasBinaryContent(model);
  }

  @Test
  void refusedRangeStartsAgain() throws Exception {
    server.fail(MODEL, HubServer.breakAfter(50_000), HubServer.status(416));
    pull();
    assertThat(folder.resolve("model.onnx")).hasBinaryContent(model);
    assertThat(server.ranges(MODEL).get(2)).isNull();
  }

  @Test
  void silentServerCountsAsBroken() throws Exception {
    patience = patience(Duration.ofMillis(400));
    server.fail(MODEL, server.fallSilent());
    pull();
    assertThat(folder.resolve("model.onnx")).hasBinaryContent(model);
    assertThat(retries).hasSize(1).allMatch(line -> line.contains("nothing came"));
  }

  @Test
  void listingIsTriedAgainToo() {
    server.fail(HubServer.tree(), HubServer.status(502), HubServer.status(500));
    assertThat(pull().items()).hasSize(4);
  }

  @Test
  void unreachableHubIsAProblem() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      environment.put("HF_ENDPOINT", "http://127.0.0.1:" + socket.getLocalPort());
    }
    Problem problem = problem(this::pull);
    assertThat(problem.code()).isEqualTo(Code.DOWNLOAD_FAILED);
    assertThat(problem.notes()).contains("no connection to 127.0.0.1");
  }

  // what a server answers

  @Test
  void passingFailureIsTriedAgain() throws Exception {
    server.fail(MODEL, HubServer.status(500), HubServer.status(503), HubServer.status(429));
    pull();
    assertThat(folder.resolve("model.onnx")).hasBinaryContent(model);
  }

  @Test
  void lastingFailureIsAProblem() {
    for (int i = 0; i < 5; i++) {
      server.fail(MODEL, HubServer.status(500));
    }
    Problem problem = problem(this::pull);
    assertThat(problem.code()).isEqualTo(Code.DOWNLOAD_FAILED);
    assertThat(problem.notes()).contains("the hub answers 500", "no try of 5 got further");
    assertThat(server.ranges(MODEL)).hasSize(5);
  }

  @Test
  void waitsAsLongAsTheHubAsks() {
    server.fail(MODEL, HubServer.status(429, "Retry-After", "1"));
    long start = System.nanoTime();
    pull();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(990));
  }

  @Test
  void longWaitIsAProblem() {
    server.fail(MODEL, HubServer.status(429, "Retry-After", "3600"));
    Problem problem = problem(this::pull);
    assertThat(problem.code()).isEqualTo(Code.DOWNLOAD_LIMITED);
    assertThat(problem.help()).contains("wait 3600 s");
  }

  @Test
  void deniedWithoutAccount() {
    server.fail(HubServer.tree(), HubServer.status(401));
    assertThat(problem(this::pull).code()).isEqualTo(Code.DOWNLOAD_DENIED);
    server.fail(
        HubServer.tree(),
        HubServer.status(403, "X-Error-Code", "GatedRepo", "X-Error-Message", "ask first"));
    Problem gated = problem(this::pull);
    assertThat(gated.code()).isEqualTo(Code.DOWNLOAD_DENIED);
    assertThat(gated.notes()).contains("the hub says: ask first");
  }

  @Test
  void unknownRepositoryIsNotFound() {
    SteercException failure = failure(() -> pull("nobody/nothing", Optional.empty()));
    assertThat(failure.problems().get(0).code()).isEqualTo(Code.DOWNLOAD_NOT_FOUND);
    assertThat(failure.problems().get(0).where()).contains("nobody/nothing");
  }

  // lies

  @ParameterizedTest
  @ValueSource(ints = {222_923, 222_925, 1, 10_000_000})
  void announcedLengthHasToBeTheListedOne(int length) {
    server.fail(MODEL, HubServer.announce(length));
    Problem problem = problem(this::pull);
    assertThat(problem.code()).isEqualTo(Code.DOWNLOAD_CORRUPT);
    assertThat(problem.notes()).contains("listed 222924, announced " + length);
  }

  @ParameterizedTest
  @ValueSource(ints = {222_923, 222_925, 0})
  void listedSizeHasToBeTrue(int size) {
    server.lie(MODEL, "size", size);
    server.lie(MODEL, "lfs", Map.of("oid", HubServer.hash("SHA-256", model), "size", size));
    assertThat(problem(this::pull).code()).isEqualTo(Code.DOWNLOAD_CORRUPT);
    assertThat(folder.resolve("model.onnx")).doesNotExist();
  }

  @Test
  void listedHashHasToBeTrue() {
    server.lie(TOKENIZER, "oid", "0".repeat(40));
    assertThat(problem(this::pull).what()).contains("another hash");
    assertThat(folder.resolve(TOKENIZER)).doesNotExist();
    server.lie(MODEL, "lfs", Map.of("oid", "0".repeat(64), "size", model.length));
    assertThat(problem(this::pull).what()).contains("another hash");
  }

  @ParameterizedTest
  @ValueSource(strings = {"X-Linked-Size", "X-Linked-Etag"})
  void redirectHasToAnnounceTheSame(String header) {
    String path = "/owner/name/resolve/" + HubServer.COMMIT + "/" + MODEL;
    String other = header.endsWith("Size") ? "5" : '"' + "0".repeat(64) + '"';
    String location = server.storeAddress() + path;
    server.fail(path, HubServer.status(302, "Location", location, header, other));
    Problem problem = problem(this::pull);
    assertThat(problem.code()).isEqualTo(Code.DOWNLOAD_CORRUPT);
    assertThat(problem.what()).contains("announces another");
  }

  @Test
  void readsNoFurtherThanTheListedSize() throws Exception {
    byte[] more = Arrays.copyOf(model, model.length + 3_000_000);
    server.fail(MODEL, HubServer.send(more, false));
    assertThat(pull().items().get(0).fetched()).isEqualTo(model.length);
    assertThat(folder.resolve("model.onnx")).hasBinaryContent(model);
  }

  /** Each run gets to the end and none gets further, so that this has to end by counting. */
  @Test
  void shortBodiesDoNotGoOnForEver() {
    byte[] less = Arrays.copyOf(model, model.length - 1);
    for (int i = 0; i < 500; i++) {
      server.fail(MODEL, HubServer.send(less, false));
    }
    Problem problem = problem(this::pull);
    assertThat(problem.code()).isEqualTo(Code.DOWNLOAD_FAILED);
    assertThat(problem.notes()).contains("the answer ended at byte 222923 of 222924");
    assertThat(server.ranges(MODEL)).hasSizeLessThan(20);
  }

  @Test
  void wrongRangeIsNotWritten() throws Exception {
    HubServer.Fault wrong =
        (exchange, body) -> {
          exchange.getResponseHeaders().set("Content-Range", "bytes 9-222923/222924");
          exchange.sendResponseHeaders(206, body.length - 9);
          exchange.getResponseBody().write(body, 9, body.length - 9);
        };
    server.fail(MODEL, HubServer.breakAfter(50_000), wrong);
    pull();
    assertThat(folder.resolve("model.onnx")).hasBinaryContent(model);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../evil.json",
        "/etc/passwd",
        "a/../../b",
        "a\\b",
        "C:x",
        "a//b",
        "./a",
        "a\u0000"
      })
  void pathsThatEscapeAreRefused(String path) {
    server.lie("README.md", "path", path);
    Problem problem = problem(this::pull);
    assertThat(problem.code()).isEqualTo(Code.DOWNLOAD_CORRUPT);
    assertThat(problem.notes().get(0)).contains("outside itself");
    assertThat(folder).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"<html>", "{}", "[{\"type\":\"file\"}]", "[1e999]x", ""})
  void garbageIsNoListing(String body) {
    server.fail(HubServer.tree(), HubServer.send(text(body), true));
    assertThat(problem(this::pull).code()).isEqualTo(Code.DOWNLOAD_CORRUPT);
  }

  @Test
  void endlessListingIsCutOff() {
    byte[] spaces = new byte[17 << 20];
    Arrays.fill(spaces, (byte) ' ');
    server.fail(HubServer.tree(), HubServer.send(spaces, false));
    assertThat(problem(this::pull).notes().get(0)).contains("longer than 16 MiB");
    String self = "<" + server.address() + HubServer.tree() + ">; rel=\"next\"";
    for (int i = 0; i < 70; i++) {
      server.fail(
          HubServer.tree(),
          (exchange, body) -> {
            exchange.getResponseHeaders().set("Link", self);
            HubServer.send(text("[]"), true).answer(exchange, body);
          });
    }
    assertThat(problem(this::pull).notes().get(0)).contains("more than 64 pages");
  }

  @Test
  void fullDiskIsNoticedBefore() {
    server.lie("config.json", "size", 1L << 49);
    assertThat(problem(this::pull).code()).isEqualTo(Code.DISK_FULL);
    assertThat(folder).doesNotExist();
  }

  // redirects and the token

  @Test
  void tokenStaysAtTheHub() {
    environment.put("HF_TOKEN", SECRET);
    pull();
    assertThat(server.requests).filteredOn(HubServer.Request::hub).isNotEmpty();
    assertThat(server.requests).filteredOn(request -> !request.hub()).isNotEmpty();
    for (HubServer.Request request : server.requests) {
      assertThat(request.account()).isEqualTo(request.hub() ? "Bearer " + SECRET : null);
    }
  }

  @Test
  void tokenMayComeFromALogIn() throws Exception {
    Path home = Files.createDirectories(temporary.resolve("home"));
    Files.writeString(home.resolve("token"), SECRET + "\n");
    pull();
    assertThat(server.requests.get(0).account()).isEqualTo("Bearer " + SECRET);
    environment.put("HUGGING_FACE_HUB_TOKEN", "hf_other");
    server.requests.clear();
    pull();
    assertThat(server.requests.get(0).account()).isEqualTo("Bearer hf_other");
  }

  @Test
  void noMessageShowsTheToken() {
    environment.put("HF_TOKEN", SECRET + "\n" + SECRET);
    SteercException failure = failure(this::pull);
    assertThat(failure.problems().get(0).code()).isEqualTo(Code.DOWNLOAD_DENIED);
    assertThat(failure).hasMessageNotContaining(SECRET);
    assertThat(Token.of(Map.of("HF_TOKEN", SECRET)).get().toString()).doesNotContain(SECRET);
    environment.put("HF_TOKEN", SECRET);
    server.fail(HubServer.tree(), HubServer.status(403));
    assertThat(failure(this::pull)).hasMessageNotContaining(SECRET);
  }

  @Test
  void messagesShowNoSignedAddress() {
    for (int i = 0; i < 5; i++) {
      server.fail(MODEL, HubServer.status(500));
    }
    assertThat(failure(this::pull)).hasMessageNotContaining("signed");
  }

  @Test
  void redirectsHaveToLeadSomewhere() {
    server.fail(HubServer.tree(), HubServer.status(302));
    assertThat(problem(this::pull).what()).contains("leads nowhere");
    for (String location : List.of("file:///etc/passwd", "ftp://host/", "::", "mailto:a@b")) {
      server.fail(HubServer.tree(), HubServer.status(307, "Location", location));
      assertThat(problem(this::pull).code()).isEqualTo(Code.DOWNLOAD_FAILED);
    }
    for (int i = 0; i < 9; i++) {
      server.fail(HubServer.tree(), HubServer.status(302, "Location", HubServer.tree()));
    }
    assertThat(problem(this::pull).notes().get(0)).contains("redirects more than 8 times");
  }

  @ParameterizedTest
  @ValueSource(strings = {"hub", "ftp://hub", "https://", "https://me:pw@hub", "http://h h"})
  void endpointHasToBeAnAddress(String endpoint) {
    environment.put("HF_ENDPOINT", endpoint);
    Problem problem = problem(this::pull);
    assertThat(problem.code()).isEqualTo(Code.USAGE);
    assertThat(problem.toString()).doesNotContain("me:pw");
  }

  // names

  @Test
  void unknownNameListsTheKnownOnes() {
    Problem problem = problem(() -> Pull.of("gpt3", "main", Optional.empty(), Optional.empty()));
    assertThat(problem.code()).isEqualTo(Code.UNKNOWN_MODEL);
    assertThat(problem.notes().get(0)).contains("gpt2, ", "distilgpt2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../x", "a/..", "a/b/c", "/a", "a/", "a b/c", "a/b?c", ".a/b", "a\\b/c"})
  void oddNameIsNoRepository(String name) {
    assertThat(problem(() -> Repository.parse(name, "main")).code()).isEqualTo(Code.UNKNOWN_MODEL);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "../main", "refs/../x", "/main", "a b", "a?b"})
  void oddRevisionIsRefused(String revision) {
    assertThat(problem(() -> Repository.parse("a/b", revision)).code()).isEqualTo(Code.USAGE);
  }

  @Test
  void knownModelsHaveRepositoriesAndNamesOfTheirOwn() {
    assertThat(KnownModel.all()).extracting(KnownModel::name).doesNotHaveDuplicates();
    for (KnownModel known : KnownModel.all()) {
      Pull pull = Pull.of(known.name(), "main", Optional.empty(), Optional.empty());
      assertThat(pull.repository().id()).isEqualTo(known.repository());
      assertThat(pull.folder()).isEqualTo(Path.of(known.name()));
      assertThat(HubFile.isInside(known.file())).isTrue();
    }
  }

  // parts and hashes

  @Test
  void hashesAsGitDoes() {
    byte[] bytes = text("hello world\n");
    Checksum known =
        new Checksum(Checksum.Kind.GIT_BLOB, "3b18e512dba79e4c8300dd08aeb37f8e728b8dad");
    Digests digests = new Digests(new HubFile("hello.txt", bytes.length, known));
    digests.update(ByteBuffer.wrap(bytes));
    assertThat(digests.finish().matches()).isTrue();
  }

  @Test
  void twoRunsDoNotWriteIntoOnePart() {
    HubFile file = new HubFile("a", 3, new Checksum(Checksum.Kind.SHA256, "0".repeat(64)));
    try (Part part = Part.open(folder.resolve("a"), file)) {
      part.append(ByteBuffer.wrap(text("xyz")));
      assertThatThrownBy(() -> Part.open(folder.resolve("a"), file))
          .hasMessageContaining("another run fetches");
      assertThat(part.length()).isEqualTo(3);
    }
  }

  @Test
  void folderThatCannotBeMadeIsAProblem() throws Exception {
    Files.writeString(folder, "a file in its place");
    assertThat(problem(this::pull).code()).isEqualTo(Code.OUTPUT_UNWRITABLE);
    assertThat(folder).hasContent("a file in its place");
  }

  private void serveExternal() throws IOException {
    server.put(MODEL, Files.readAllBytes(GRAPHS.resolve("external.onnx")));
  }

  private static Patience patience(Duration silence) {
    return new Patience(
        5, Duration.ofMillis(1), Duration.ofMillis(4), silence, Duration.ofSeconds(60));
  }

  private static Patience impatient() {
    Duration little = Duration.ofMillis(1);
    return new Patience(1, little, little, Duration.ofSeconds(20), Duration.ofSeconds(60));
  }

  private Pulled pull() {
    return pull(Optional.empty());
  }

  private Pulled pull(Optional<String> file) {
    return pull("owner/name", file);
  }

  private Pulled pull(String name, Optional<String> file) {
    Progress progress =
        new Progress() {
          @Override
          public void retrying(String file, String why, Duration pause) {
            retries.add(file + ": " + why);
          }
        };
    return Pull.of(name, "main", file, Optional.of(folder))
        .from(Hub.of(environment, patience), progress);
  }

  private interface Work {
    void run() throws Exception;
  }

  private static SteercException failure(Work work) {
    return catchThrowableOfType(SteercException.class, work::run);
  }

  private static Problem problem(Work work) {
    SteercException failure = failure(work);
    assertThat(failure).as("a problem").isNotNull();
    return failure.problems().get(0);
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
