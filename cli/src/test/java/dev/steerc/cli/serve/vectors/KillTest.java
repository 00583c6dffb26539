package dev.steerc.cli.serve.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.cli.Main;
import dev.steerc.cli.serve.TestServer;
import dev.steerc.cli.serve.http.Limits;
import dev.steerc.cli.serve.ops.Log;
import dev.steerc.cli.serve.ops.Meters;
import dev.steerc.models.demo.DemoModel;
import dev.steerc.problem.Code;
import dev.steerc.runtime.ModelOptions;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.format.FileBytes;
import dev.steerc.runtime.steering.Vector;
import dev.steerc.runtime.steering.VectorFile;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that is killed while it takes vectors has the old or the new one when it is back. */
class KillTest {
  private static final int KILLS = Integer.getInteger("steerc.kills", 3);

  private static final List<String> NAMES = List.of("ocean", "anger");
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  @Test
  void aKilledServerHasTheOldVectorOrTheNewOne(@TempDir Path folder) throws Exception {
    long seed = Long.getLong("steerc.seed", System.nanoTime());
    Random random = new Random(seed);
    DemoModel demo = TestServer.patched(folder.resolve("demo"));
    List<byte[]> both = NAMES.stream().map(name -> large(demo, name)).toList();
    List<String> revisions = NAMES.stream().map(name -> vector(demo, name).revision()).toList();
    try (SteeredModel model = SteeredModel.open(demo.steered(), ModelOptions.DEFAULT.threads(1))) {
      for (int i = 0; i < KILLS; i++) {
        int written = putAndKill(demo, both, random.nextInt(300));
        boolean leftovers = !FaultsTest.hidden(demo.vectors()).isEmpty();
        System.out.printf("killed after %d vectors, leftovers: %s%n", written, leftovers);
        try (Registry registry =
            new Registry(model, demo.vectors(), Limits.DEFAULT, new Meters(), Log.NONE)) {
          assertThat(registry.now().problems()).as("seed %d", seed).isEmpty();
          assertThat(FaultsTest.hidden(demo.vectors())).as("seed %d", seed).isEmpty();
          Listed killed = registry.now().listed().get("killed");
          assertThat(written).isPositive();
          int which = revisions.indexOf(killed.revision().orElseThrow());
          String padding = killed.file().orElseThrow().about().get("padding");
          assertThat(padding).as("seed %d", seed).isEqualTo(padding(NAMES.get(which)));
        }
      }
    }
  }

  /** With so much metadata that most of the time of a request goes into writing it. */
  private static byte[] large(DemoModel demo, String name) {
    Path file = demo.folder().resolve("large");
    VectorFile.write(vector(demo, name), Map.of("padding", padding(name)), file);
    return FileBytes.read(file, 1 << 24, Code.TOO_LARGE);
  }

  private static String padding(String name) {
    return name.repeat(1 << 19);
  }

  private static Vector vector(DemoModel demo, String name) {
    return VectorFile.read(demo.vectors().resolve(name + ".safetensors"));
  }

  /** Puts one and the other in turn until the server is killed; how many it said it has. */
  private static int putAndKill(DemoModel demo, List<byte[]> both, int millis) throws Exception {
    Path log = demo.folder().resolve("server.log");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "serve",
                demo.steered().toString(),
                "--port",
                "0",
                "--vectors",
                demo.vectors().toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      RegistryTest.await(() -> address(log) != null || !process.isAlive());
      URI at = URI.create(address(log) + "/v1/vectors/killed");
      return put(at, both, () -> kill(process, millis));
    } finally {
      process.destroyForcibly();
      assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    }
  }

  private static void kill(Process process, int millis) {
    LockSupport.parkNanos(millis * 1_000_000L);
    process.destroyForcibly();
  }

  private static int put(URI at, List<byte[]> both, Runnable kill) throws InterruptedException {
    int written = 0;
    try {
      while (true) {
        HttpRequest.Builder put = HttpRequest.newBuilder(at);
        put.PUT(BodyPublishers.ofByteArray(both.get(written % 2)));
        int status = CLIENT.send(put.build(), BodyHandlers.ofString()).statusCode();
        assertThat(status).isIn(200, 201);
        if (++written == 1) {
          new Thread(kill).start();
        }
      }
    } catch (IOException e) {
      return written; // it was killed
    }
  }

  private static String address(Path log) {
    try {
      java.util.regex.Matcher at =
          java.util.regex.Pattern.compile("http://[0-9.]+:[1-9][0-9]*")
              .matcher(Files.readString(log));
      return at.find() ? at.group() : null;
    } catch (IOException e) {
      return null;
    }
  }
}
