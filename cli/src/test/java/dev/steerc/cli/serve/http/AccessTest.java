package dev.steerc.cli.serve.http;

import static dev.steerc.cli.serve.http.FrontServer.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may do what, and from which pages. */
class AccessTest {
  private static final String USE = "use-key-0123456789";
  private static final String ADMIN = "admin-key-0123456789";

  @TempDir Path folder;

  private static void routes(io.javalin.config.RoutesConfig routes) {
    routes.get("/open", request -> request.result("open"), Role.ANYONE);
    routes.get("/use", request -> request.result(Caller.of(request).name()), Role.USE);
    routes.put("/change", request -> request.result("changed"), Role.ADMIN);
  }

  private Path keys(String text) throws IOException {
    return Files.writeString(folder.resolve("keys.txt"), text);
  }

  private FrontServer withKeys() throws IOException {
    String lines = "# keys\n\nuse " + USE + " app\n  admin\t" + ADMIN + "\n";
    return new FrontServer(Limits.DEFAULT, Optional.of(keys(lines)), List.of(), AccessTest::routes);
  }

  private static FrontServer open(String... origins) {
    return new FrontServer(Limits.DEFAULT, Optional.empty(), List.of(origins), AccessTest::routes);
  }

  private static String bearer(String key) {
    return "Authorization: Bearer " + key;
  }

  private static Problem refusal(ThrowingCallable action) {
    return catchThrowableOfType(SteercException.class, action).problems().get(0);
  }

  private static Access access(String host, Optional<Path> keys, String... origins) {
    return new Access(host, keys, List.of(origins), Limits.DEFAULT, problem -> {});
  }

  @Test
  void useKeyCannotChange() throws Exception {
    try (FrontServer server = withKeys()) {
      assertThat(server.answer(request("GET /use", bearer(USE)))).contains(" 200 ", "app");
      assertThat(server.answer(request("PUT /change", bearer(USE))))
          .contains(" 403 ", "\"permission_error\"", "\"not-allowed\"");
      assertThat(server.answer(request("PUT /change", bearer(ADMIN)))).contains(" 200 ", "changed");
      assertThat(server.answer(request("GET /use", "authorization: bearer " + ADMIN)))
          .contains(" 200 ", "key-4");
    }
  }

  @Test
  void keyIsWanted() throws Exception {
    try (FrontServer server = withKeys()) {
      assertThat(server.answer(request("GET /open"))).contains(" 200 ");
      assertThat(server.answer(request("GET /use")))
          .contains(" 401 ", "WWW-Authenticate: Bearer", "\"bad-api-key\"", "there is no key");
      String wrong = USE.replace('9', '8');
      assertThat(server.answer(request("GET /use", bearer(wrong)))).contains(" 401 ", "not known");
      assertThat(server.answer(request("GET /use", bearer("")))).contains(" 401 ");
      assertThat(server.answer(request("GET /use", "Authorization: Basic " + USE)))
          .contains(" 401 ");
      assertThat(server.log()).contains("bad-api-key").doesNotContain(USE, wrong);
    }
  }

  @Test
  void changedFileCounts() throws Exception {
    try (FrontServer server = withKeys()) {
      assertThat(server.answer(request("GET /use", bearer(USE)))).contains(" 200 ");
      Path file = keys("admin " + ADMIN + "\n");
      while (server.answer(request("GET /use", bearer(USE))).contains(" 200 ")) {
        Thread.sleep(50);
      }
      Files.writeString(file, "nonsense\n");
      Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH));
      while (!server.log().contains("bad-key-file")) {
        assertThat(server.answer(request("GET /use", bearer(ADMIN)))).contains(" 200 ");
        Thread.sleep(50);
      }
      assertThat(server.answer(request("GET /use", bearer(ADMIN)))).contains(" 200 ");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "# nothing\n",
        "root 0123456789abcdef\n",
        "use\n",
        "use short\n",
        "use 0123456789abcdef two names\n",
        "use 0123456789abcdef na\u001bme\n",
        "use 0123456789abcdef\nadmin 0123456789abcdef\n"
      })
  void wrongFileOfKeysIsRefused(String text) throws Exception {
    Optional<Path> file = Optional.of(keys(text));
    Problem problem = refusal(() -> access("127.0.0.1", file));
    assertThat(problem.code()).isEqualTo(Code.BAD_KEY_FILE);
    assertThat(problem.toString()).doesNotContain("0123456789abcdef");
  }

  @Test
  void missingFileOfKeysIsRefused() {
    Optional<Path> file = Optional.of(folder.resolve("none.txt"));
    assertThat(refusal(() -> access("127.0.0.1", file)).code()).isEqualTo(Code.BAD_KEY_FILE);
  }

  @Test
  void fileThatAllCanReadIsWarnedOf() throws Exception {
    Path file = keys("use " + USE);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    assertThat(access("127.0.0.1", Optional.of(file)).warning()).isEmpty();
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(access("127.0.0.1", Optional.of(file)).warning()).isPresent();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::", "192.0.2.1", "::ffff:192.0.2.1"})
  void publicAddressNeedsKeys(String host) throws Exception {
    assertThat(refusal(() -> access(host, Optional.empty())).code()).isEqualTo(Code.KEY_NEEDED);
    Optional<Path> file = Optional.of(keys("use " + USE));
    assertThat(access(host, file)).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.8.8.8", "localhost", "::1", "[::1]"})
  void ownAddressNeedsNone(String host) {
    assertThat(access(host, Optional.empty())).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "LOCALHOST:8080", "127.0.0.1:1", "127.1.2.3", "[::1]:8080"})
  void ownNamesAreAnswered(String host) throws Exception {
    try (FrontServer server = open()) {
      assertThat(server.answer(request("GET /use", "Host: " + host))).contains(" 200 ");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"evil.example", "evil.example:8080", "127.0.0.1.evil.example", "192.0.2.1", "x"})
  void strangersNameIsNoWayIn(String host) throws Exception {
    try (FrontServer server = open()) {
      assertThat(server.answer(request("GET /use", "Host: " + host)))
          .contains(" 403 ", "not-allowed");
      assertThat(server.answer(request("GET /open", "Host: " + host))).contains(" 403 ");
    }
    try (FrontServer server = withKeys()) {
      assertThat(server.answer(request("GET /use", "Host: " + host, bearer(USE))))
          .as("with keys a proxy may call it anything")
          .contains(" 200 ");
    }
  }

  @Test
  void pagesOfOtherSitesAreRefused() throws Exception {
    try (FrontServer server = open("https://friend.example:8443")) {
      for (String origin : List.of("https://evil.example", "null", "http://localhost:1", "x\"y")) {
        assertThat(server.answer(request("PUT /change", "Origin: " + origin)))
            .contains(" 403 ", "not-allowed")
            .doesNotContain("Access-Control");
      }
      assertThat(server.answer(request("PUT /change", "Origin: http://localhost")))
          .contains(" 200 ")
          .doesNotContain("Access-Control");
      assertThat(server.answer(request("PUT /change", "Origin: https://friend.example:8443")))
          .contains(" 200 ", "Access-Control-Allow-Origin: https://friend.example:8443")
          .contains("Vary: Origin");
    }
    try (FrontServer server = withKeys()) {
      String origin = "Origin: https://evil.example";
      assertThat(server.answer(request("GET /use", origin, bearer(USE)))).contains(" 403 ");
    }
  }

  @Test
  void browsersThatAskBeforehandAreAnswered() throws Exception {
    String asks = "Access-Control-Request-Method: PUT";
    String headers = "Access-Control-Request-Headers: authorization, x-stainless-os";
    try (FrontServer server = open("https://friend.example")) {
      assertThat(
              server.answer(
                  request("OPTIONS /change", "Origin: https://friend.example", asks, headers)))
          .contains(" 204 ", "Access-Control-Allow-Methods: GET, POST, PUT, DELETE")
          .contains("Access-Control-Allow-Headers: authorization, x-stainless-os")
          .doesNotContain("changed");
      assertThat(server.answer(request("OPTIONS /change", "Origin: https://evil.example", asks)))
          .contains(" 403 ")
          .doesNotContain("Access-Control-Allow");
    }
  }

  @Test
  void failedAnswersCanBeReadByFriends() throws Exception {
    try (FrontServer server = open("https://friend.example")) {
      assertThat(server.answer(request("GET /none", "Origin: https://friend.example")))
          .contains(" 404 ", "Access-Control-Allow-Origin: https://friend.example");
    }
  }

  @Test
  void everybodysPagesNeedKeys() throws Exception {
    assertThat(refusal(() -> access("127.0.0.1", Optional.empty(), "*")).code())
        .isEqualTo(Code.KEY_NEEDED);
    assertThat(access("127.0.0.1", Optional.of(keys("use " + USE)), "*")).isNotNull();
    assertThat(refusal(() -> access("127.0.0.1", Optional.empty(), "example.org")).code())
        .isEqualTo(Code.USAGE);
  }

  @Test
  void addressWithoutRoleIsNobodys() {
    Routes forgotten = routes -> routes.get("/forgotten", request -> request.result("open"));
    assertThatThrownBy(() -> new FrontServer(forgotten))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("/forgotten");
  }
}
