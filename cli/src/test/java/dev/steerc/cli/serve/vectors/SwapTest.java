package dev.steerc.cli.serve.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.cli.serve.TestServer;
import dev.steerc.cli.serve.TestServer.Answer;
import dev.steerc.runtime.steering.Term;
import dev.steerc.runtime.steering.Vector;
import dev.steerc.runtime.steering.VectorFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SwapTest {
  private static final ExecutorService CLIENTS = Executors.newCachedThreadPool();
  private static TestServer server;

  @BeforeAll
  static void start(@TempDir Path folder) {
    server = TestServer.start(folder.resolve("demo"));
  }

  @AfterAll
  static void stop() {
    CLIENTS.shutdownNow();
    server.close();
  }

  private static Vector vector(String name) {
    return VectorFile.read(server.vectors().resolve(name + ".safetensors"));
  }

  private static List<Future<Served>> ask(int times, String steering, Runnable andThen) {
    List<Future<Served>> asked = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      asked.add(
          CLIENTS.submit(
              () -> {
                Served served = Served.by(server, steering);
                andThen.run();
                return served;
              }));
    }
    return asked;
  }

  private static long inUse(String name) {
    return (Long) server.get("/v1/vectors/" + name).json().get("in_use");
  }

  @Test
  void whoeverStartedBeforeASwapEndsWithTheOldVector() throws Exception {
    Vector old = vector("ocean");
    Vector next = vector("kitchen");
    server.put("/v1/vectors/swapped", server.vector("ocean"));
    AtomicInteger done = new AtomicInteger();
    List<Future<Served>> before = ask(8, "swapped:1", done::incrementAndGet);
    // whoever is done was there as well
    RegistryTest.await(() -> done.get() + inUse("swapped") >= 8);
    Answer put = server.put("/v1/vectors/swapped", server.vector("kitchen"));
    assertThat(put.json().get("revision")).isEqualTo(next.revision());
    List<Future<Served>> after = ask(8, "swapped:1", () -> {});
    for (Future<Served> one : before) {
      check(one.get(1, TimeUnit.MINUTES), old);
    }
    for (Future<Served> one : after) {
      check(one.get(1, TimeUnit.MINUTES), next);
    }
    assertThat(inUse("swapped")).isZero();
  }

  private static void check(Served served, Vector vector) {
    assertThat(served.of("revision")).isEqualTo(vector.revision());
    assertThat(served.isAlone(server.model(), Term.of(vector, 1))).as(served.text()).isTrue();
  }

  @Test
  void whoeverStartedBeforeADeletionEndsAsWell() throws Exception {
    Vector farm = vector("farm");
    server.put("/v1/vectors/deleted", server.vector("farm"));
    AtomicInteger done = new AtomicInteger();
    List<Future<Served>> before = ask(4, "deleted:1", done::incrementAndGet);
    RegistryTest.await(() -> done.get() + inUse("deleted") >= 4);
    assertThat(server.delete("/v1/vectors/deleted").status()).isEqualTo(200);
    assertThat(server.post("/v1/completions", Served.body("deleted:1")).status()).isEqualTo(404);
    for (Future<Served> one : before) {
      check(one.get(1, TimeUnit.MINUTES), farm);
    }
  }

  @Test
  void manyWritersOfOneNameAndReadersBeside() throws Exception {
    Map<String, Vector> written = new ConcurrentHashMap<>();
    List<String> names = List.of("ocean", "kitchen", "farm", "forest");
    names.forEach(name -> written.put(vector(name).revision(), vector(name)));
    server.put("/v1/vectors/shared", server.vector("ocean"));
    List<Future<?>> writers = new ArrayList<>();
    names.forEach(name -> writers.add(CLIENTS.submit(() -> write(name))));
    Set<Object> seen = ConcurrentHashMap.newKeySet();
    do {
      for (Future<Served> one : ask(6, "shared:1", () -> {})) {
        Served served = one.get(1, TimeUnit.MINUTES);
        assertThat(written).containsKey((String) served.of("revision"));
        check(served, written.get((String) served.of("revision")));
        seen.add(served.of("revision"));
      }
    } while (writers.stream().anyMatch(writer -> !writer.isDone()));
    for (Future<?> writer : writers) {
      writer.get();
    }
    System.out.println("read " + seen.size() + " of " + names.size() + " revisions");
    Object last = server.get("/v1/vectors/shared").json().get("revision");
    assertThat(vector("shared").revision()).isEqualTo(last).isIn(written.keySet());
  }

  private static Void write(String name) throws IOException {
    byte[] bytes = server.vector(name);
    String revision = vector(name).revision();
    for (int i = 0; i < 25; i++) {
      Answer answer = server.put("/v1/vectors/shared", bytes);
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.json().get("revision")).isEqualTo(revision);
    }
    return null;
  }
}
