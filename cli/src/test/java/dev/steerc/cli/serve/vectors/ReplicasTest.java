package dev.steerc.cli.serve.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.cli.serve.TestServer;
import dev.steerc.cli.serve.TestServer.Answer;
import dev.steerc.models.demo.DemoModel;
import dev.steerc.runtime.ModelOptions;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.steering.Term;
import dev.steerc.runtime.steering.Vector;
import dev.steerc.runtime.steering.VectorFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three servers on one folder of vectors, of which one writes, as in docs/deploy.md. */
class ReplicasTest {
  private static final List<String> NAMES = List.of("ocean", "kitchen");
  private static final int SWAPS = 4;

  private static final List<Replica> REPLICAS = new ArrayList<>();
  private static final ExecutorService CLIENTS = Executors.newCachedThreadPool();
  private static final Map<String, Vector> BY_REVISION = new HashMap<>();
  private static DemoModel demo;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    demo = TestServer.patched(folder.resolve("demo"));
    for (String name : NAMES) {
      Vector vector = VectorFile.read(file(name));
      BY_REVISION.put(vector.revision(), vector);
    }
    Map<Path, Process> started = new TreeMap<>();
    for (int i = 0; i < 3; i++) {
      Path log = folder.resolve("replica" + i + ".log");
      started.put(log, Replica.start(demo, log));
    }
    for (Map.Entry<Path, Process> one : started.entrySet()) {
      REPLICAS.add(Replica.of(one.getValue(), one.getKey()));
    }
  }

  @AfterAll
  static void stop() {
    CLIENTS.shutdownNow();
    REPLICAS.forEach(Replica::close);
  }

  private static Path file(String name) {
    return demo.vectors().resolve(name + ".safetensors");
  }

  @Test
  void allListWhatOneWasGiven() throws Exception {
    Replica writer = REPLICAS.get(0);
    for (String name : NAMES) {
      Answer put = writer.put("given", Files.readAllBytes(file(name)));
      assertThat(put.status()).isIn(200, 201);
      long begin = System.nanoTime();
      Object revision = put.json().get("revision");
      RegistryTest.await(
          () -> REPLICAS.stream().allMatch(r -> revision.equals(r.revision("given"))));
      System.out.printf("all list it after %d ms%n", (System.nanoTime() - begin) / 1_000_000);
      for (Replica replica : REPLICAS) {
        assertThat(replica.text("given").of("revision")).isEqualTo(revision);
      }
    }
  }

  @Test
  void everyTextHasOneRevisionWhole() throws Exception {
    REPLICAS.get(0).put("swapped", Files.readAllBytes(file(NAMES.get(0))));
    REPLICAS.forEach(r -> RegistryTest.await(() -> r.revision("swapped") != null));
    AtomicBoolean over = new AtomicBoolean();
    List<Future<List<Served>>> clients =
        REPLICAS.stream().map(replica -> CLIENTS.submit(() -> ask(replica, over))).toList();
    Set<Object> seen = ConcurrentHashMap.newKeySet();
    for (int i = 1; i <= SWAPS; i++) {
      byte[] bytes = Files.readAllBytes(file(NAMES.get(i % NAMES.size())));
      Object revision = REPLICAS.get(0).put("swapped", bytes).json().get("revision");
      RegistryTest.await(
          () -> REPLICAS.stream().allMatch(r -> revision.equals(r.revision("swapped"))));
    }
    over.set(true);
    int texts = 0;
    try (SteeredModel model = SteeredModel.open(demo.steered(), ModelOptions.DEFAULT.threads(1))) {
      for (Future<List<Served>> client : clients) {
        for (Served served : client.get(1, TimeUnit.MINUTES)) {
          seen.add(served.of("revision"));
          texts++;
          check(model, served);
        }
      }
    }
    System.out.printf("%d texts of 3 servers during %d swaps, all right%n", texts, SWAPS);
    assertThat(seen).hasSameSizeAs(BY_REVISION.keySet());
    for (Replica replica : REPLICAS) {
      assertThat(replica.problems()).isEmpty();
    }
  }

  private static List<Served> ask(Replica replica, AtomicBoolean over) {
    List<Served> all = new ArrayList<>();
    while (!over.get()) {
      all.add(replica.text("swapped"));
    }
    return all;
  }

  private static void check(SteeredModel model, Served served) {
    Vector vector = BY_REVISION.get(served.of("revision"));
    assertThat(vector).as("revision %s", served.of("revision")).isNotNull();
    assertThat(served.isAlone(model, Term.of(vector, 1))).as(served.text()).isTrue();
  }
}
