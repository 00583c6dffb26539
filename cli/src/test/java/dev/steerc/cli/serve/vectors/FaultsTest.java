package dev.steerc.cli.serve.vectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import dev.steerc.cli.serve.TestServer;
import dev.steerc.cli.serve.TestServer.Answer;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.steering.Vector;
import dev.steerc.runtime.steering.VectorFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bodies that lie, clients that vanish, and a disk that is full. */
class FaultsTest {
  private static final String HEAD =
      "PUT /v1/vectors/joy HTTP/1.1\r\nHost: localhost\r\n%s\r\n\r\n";
  private static TestServer server;
  private static Path root;

  @BeforeAll
  static void start(@TempDir Path folder) {
    server = TestServer.start(folder.resolve("demo"));
    root = folder;
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  static List<String> hidden(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).filter(n -> n.startsWith(".")).toList();
    }
  }

  private static void joyIsStillThere() throws IOException {
    String revision = VectorFile.read(server.vectors().resolve("joy.safetensors")).revision();
    assertThat(Served.by(server, "joy").of("revision")).isEqualTo(revision);
    assertThat(server.get("/v1/vectors").status()).isEqualTo(200);
  }

  /** The first line of what the server says to a request, all of which may be wrong. */
  private static String say(String header, byte[] body, int times) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", server.server().port())) {
      socket.setSoTimeout(20_000);
      OutputStream out = socket.getOutputStream();
      out.write(String.format(HEAD, header).getBytes(StandardCharsets.US_ASCII));
      for (int i = 0; i < times; i++) {
        out.write(body);
      }
      out.flush();
      return line(socket.getInputStream());
    }
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c >= 0 && c != '\r'; c = in.read()) {
      line.append((char) c);
    }
    return line.toString();
  }

  @Test
  void aLengthThatIsTooLargeIsRefusedBeforeAnythingIsRead() throws IOException {
    assertThat(say("Content-Length: 67108865", new byte[0], 0)).contains("413");
    assertThat(say("Content-Length: 9223372036854775807", new byte[0], 0)).contains("413");
    assertThat(say("Content-Length: 99999999999999999999", new byte[0], 0)).contains("400");
    assertThat(say("Content-Length: -5", new byte[0], 0)).contains("400");
    joyIsStillThere();
  }

  @Test
  void aBodyThatBreaksOffChangesNothing() throws IOException {
    byte[] half = java.util.Arrays.copyOf(server.vector("calm"), 500);
    try (Socket socket = new Socket("127.0.0.1", server.server().port())) {
      OutputStream out = socket.getOutputStream();
      String head = String.format(HEAD, "Content-Length: 60000000");
      out.write(head.getBytes(StandardCharsets.US_ASCII));
      out.write(half);
      out.flush();
      RegistryTest.await(() -> hasHidden());
    }
    RegistryTest.await(() -> !hasHidden());
    joyIsStillThere();
  }

  private static boolean hasHidden() {
    try {
      return !hidden(server.vectors()).isEmpty();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void anEndlessBodyIsCutAtTheLimit() throws IOException {
    byte[] chunk = new byte[(1 << 20) + 9];
    byte[] size = "100000\r\n".getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(size, 0, chunk, 0, size.length);
    chunk[chunk.length - 1] = '\n';
    byte[] whole = java.util.Arrays.copyOf(chunk, (1 << 20) + 10);
    whole[whole.length - 2] = '\r';
    whole[whole.length - 1] = '\n';
    String answer;
    try {
      answer = say("Transfer-Encoding: chunked", whole, 500);
    } catch (IOException e) {
      answer = "the server hung up"; // as it may, on somebody who does not listen
    }
    assertThat(answer).containsAnyOf("413", "the server hung up");
    RegistryTest.await(() -> !hasHidden());
    joyIsStillThere();
  }

  @Test
  void filesThatLieAboutTheirSizesAllocateNothing() throws IOException {
    for (byte[] lie : lies()) {
      Answer answer = server.put("/v1/vectors/joy", lie);
      assertThat(answer.status()).as(answer.text()).isEqualTo(400);
      long before = allocated();
      try (Upload upload =
          Upload.receive(new ByteArrayInputStream(lie), root.resolve("lies"), "v", 1 << 20)) {
        assertThatThrownBy(() -> upload.vector(Optional.empty(), 1 << 20))
            .isInstanceOf(SteercException.class);
      }
      assertThat(allocated() - before).isLessThan(8 << 20);
    }
    assertThat(hidden(root.resolve("lies"))).isEmpty();
    joyIsStillThere();
  }

  private static long allocated() {
    return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
  }

  private static List<byte[]> lies() {
    return List.of(
        new byte[0],
        safetensors(1L << 40, ""),
        safetensors(99_000_000, "{}"),
        safetensors(-1, "{}"),
        safetensors("{'x':{'dtype':'F32','shape':[1000000000],'data_offsets':[0,4000000000]}}"),
        safetensors("{'x':{'dtype':'F32','shape':[2147483647,2147483647],'data_offsets':[0,4]}}"),
        safetensors("{'x':{'dtype':'F32','shape':[1],'data_offsets':[-4,0]}}"),
        gguf(1L << 60, 0),
        gguf(0, 1L << 60),
        gguf(60_000, 1),
        "{\"values\": [1, 2".getBytes(StandardCharsets.UTF_8),
        "{".repeat(200_000).getBytes(StandardCharsets.UTF_8),
        ("\u0093NUMPY\1\0\377\377{'descr':'<f4','fortran_order':False,'shape':(1000000000,),}")
            .getBytes(StandardCharsets.ISO_8859_1));
  }

  private static byte[] safetensors(String header) {
    return safetensors(header.length(), header.replace('\'', '"'));
  }

  private static byte[] safetensors(long length, String header) {
    ByteBuffer bytes = ByteBuffer.allocate(8 + header.length() + 4).order(ByteOrder.LITTLE_ENDIAN);
    return bytes.putLong(length).put(header.getBytes(StandardCharsets.UTF_8)).array();
  }

  private static byte[] gguf(long tensors, long entries) {
    ByteBuffer bytes = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put("GGUF".getBytes(StandardCharsets.US_ASCII)).putInt(3);
    return bytes.putLong(tensors).putLong(entries).putLong(1L << 50).array();
  }

  @Test
  void picklesAreNotRead() throws IOException {
    byte[] pickle = {(byte) 0x80, 4, 'c', 'o', 's', '\n', '.'};
    Answer answer = server.put("/v1/vectors/joy", pickle);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.text()).contains("unsafe-file").doesNotContain(".tmp");
  }

  @Test
  void aFullDiskKeepsTheOldVector() throws Exception {
    Path disk = Files.createDirectory(root.resolve("disk"));
    boolean mounted = run("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk.toString());
    assumeTrue(mounted, "SKIPPED: no tmpfs can be mounted here");
    try (TestServer small = TestServer.start(root.resolve("small"), o -> at(o, disk))) {
      byte[] joy = server.vector("joy");
      assertThat(small.put("/v1/vectors/v", joy).status()).isEqualTo(201);
      fill(disk.resolve("filler"));
      Answer full = small.put("/v1/vectors/v", server.vector("anger"));
      assertThat(full.status()).as(full.text()).isEqualTo(507);
      assertThat(full.text()).contains("disk-full").doesNotContain(disk.toString(), "-o");
      Answer defaults =
          TestServer.send(small.json("/control-vectors", Served.json("[{'name':'v','scale':2}]")));
      assertThat(defaults.status()).as(defaults.text()).isEqualTo(507);
      Vector old = VectorFile.read(disk.resolve("v.safetensors"));
      assertThat(Served.by(small, "v").of("revision")).isEqualTo(old.revision());
      assertThat(hidden(disk)).isEmpty();
      Files.delete(disk.resolve("filler"));
      assertThat(small.put("/v1/vectors/v", server.vector("anger")).status()).isEqualTo(200);
    } finally {
      run("umount", disk.toString());
    }
  }

  private static dev.steerc.cli.serve.ServeOptions at(
      dev.steerc.cli.serve.ServeOptions options, Path vectors) {
    return new dev.steerc.cli.serve.ServeOptions(
        options.host(),
        options.port(),
        options.name(),
        vectors,
        options.keys(),
        options.limits(),
        options.jsonLog(),
        options.logPrompts(),
        options.inline(),
        options.origins());
  }

  private static void fill(Path file) {
    try (OutputStream out = Files.newOutputStream(file)) {
      while (true) {
        out.write(new byte[4096]);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left");
    }
  }

  private static boolean run(String... command) throws InterruptedException {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      return process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
