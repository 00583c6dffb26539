package dev.steerc.runtime.laws;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import dev.steerc.Steerc;
import dev.steerc.models.Batch;
import dev.steerc.plan.InputMode;
import dev.steerc.plan.Request;
import dev.steerc.plan.Site;
import dev.steerc.runtime.format.Adapter;
import dev.steerc.runtime.format.Floats;
import java.io.File;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Patched models in a host that has ONNX Runtime and nothing of steerc. */
class PlainHostTest {
  private static final Site.InBlock SITE = new Site.InBlock(2, Site.Kind.RESID_POST);
  private static final Batch BATCH =
      Batch.leftPadded(new long[] {3, 41, 7, 95, 0}, new long[] {88, 5, 5, 30, 19});
  private static final ModelUnderTest MODEL =
      ModelUnderTest.committed().stream()
          .filter(m -> m.name().equals("nopast-op17"))
          .findFirst()
          .orElseThrow();
  private static final List<Steering> STEERING =
      List.of(Steering.add(SITE, new Inputs(1).tensor(1, 0, 1, 1, 24)));

  @TempDir private static Path folder;
  private static Map<String, List<String>> printed;

  @BeforeAll
  static void runTheHost() throws Exception {
    Path required = patch(InputMode.REQUIRED);
    Path optional = patch(InputMode.OPTIONAL);
    Path vector = folder.resolve("vector.f32");
    ByteBuffer raw = ByteBuffer.allocate(24 * 4).order(ByteOrder.LITTLE_ENDIAN);
    raw.asFloatBuffer().put(STEERING.get(0).ports().get("add").values());
    Files.write(vector, raw.array());
    Path adapter = folder.resolve("vector.onnx_adapter");
    ByteBuffer bytes = Adapter.of(Steering.feeds(STEERING));
    byte[] content = new byte[bytes.remaining()];
    bytes.get(content);
    Files.write(adapter, content);
    printed = run(compile(), required, optional, vector, adapter);
  }

  @Test
  void portFedByNameSteers() {
    assertThat(printed.get("required")).isEqualTo(bits(InputMode.REQUIRED, STEERING));
  }

  @Test
  void adapterFromAFileSteers() {
    assertThat(printed.get("adapted")).isEqualTo(bits(InputMode.OPTIONAL, STEERING));
    assertThat(printed.get("adapted")).isEqualTo(printed.get("required"));
  }

  @Test
  void unfedModelIsTheOriginal() {
    try (Decoder original = Decoder.original(MODEL, OptLevel.ALL_OPT)) {
      assertThat(printed.get("unfed")).isEqualTo(bits(original.run(BATCH, List.of()).logits()));
    }
    assertThat(printed.get("unfed")).isNotEqualTo(printed.get("adapted"));
  }

  private static List<String> bits(InputMode mode, List<Steering> steering) {
    try (Decoder decoder = Decoder.patched(MODEL, folder, mode, Steering.interventions(STEERING))) {
      return bits(decoder.run(BATCH, steering).logits());
    }
  }

  private static List<String> bits(Floats logits) {
    StringBuilder line = new StringBuilder();
    for (float value : logits.values()) {
      line.append(' ').append(Integer.toHexString(Float.floatToRawIntBits(value)));
    }
    return List.of(line.toString().strip().split(" "));
  }

  private static Path patch(InputMode mode) {
    Path output = folder.resolve(mode.label() + ".onnx");
    Steerc.patch(MODEL.path(), Request.of(Steering.interventions(STEERING), mode), output);
    return output;
  }

  private static String onnxRuntime() throws Exception {
    return Path.of(OrtEnvironment.class.getProtectionDomain().getCodeSource().getLocation().toURI())
        .toString();
  }

  private static Path compile() throws Exception {
    Path source = folder.resolve("Host.java");
    try (InputStream resource = PlainHostTest.class.getResourceAsStream("/host/Host.java")) {
      Files.copy(resource, source);
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    int failed =
        compiler.run(
            null, null, null, "-cp", onnxRuntime(), "-d", folder.toString(), source.toString());
    assertThat(failed).isZero();
    return folder;
  }

  private static Map<String, List<String>> run(Path classes, Path... arguments) throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String path = onnxRuntime() + File.pathSeparator + classes;
    List<String> command = new ArrayList<>(List.of(java, "-cp", path, "Host"));
    Arrays.stream(arguments).map(Path::toString).forEach(command::add);
    Path output = folder.resolve("output.txt");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(output)).isZero();
    return Files.readAllLines(output).stream()
        .map(line -> List.of(line.split(" ")))
        .collect(Collectors.toMap(words -> words.get(0), words -> words.subList(1, words.size())));
  }
}
