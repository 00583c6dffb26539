package dev.steerc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.onnx.ElementType;
import dev.steerc.runtime.ModelOptions;
import dev.steerc.runtime.RawModel;
import dev.steerc.runtime.Signature;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.TensorData;
import dev.steerc.runtime.format.Adapter;
import dev.steerc.runtime.format.Floats;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * A model as other hosts are given it: patched both ways by the command, with vectors as files of
 * both kinds, all in one folder.
 *
 * @param ids a prompt
 * @param vectors their names, which end in {@code .safetensors} and {@code .onnx_adapter}
 */
record HostModel(Path folder, String name, long[] ids, List<String> vectors) {

  /** A graph without a cache, and two vectors for two of its blocks. */
  static HostModel ofTestdata(Path folder) throws Exception {
    Steered steered = Steered.in(folder);
    HostModel model =
        new HostModel(folder, "graph", new long[] {3, 41, 7, 95, 0}, List.of("east", "north"));
    model.patch("testdata/graphs/nopast-op17.onnx", "--layers", "1,2");
    Files.copy(
        folder.resolve("testdata/vectors/east.safetensors"), folder.resolve("east.safetensors"));
    String north = "testdata/vectors/north.npy";
    String site = "2.resid_post";
    run(steered, "vectors", "convert", north, "north.safetensors", "--site", site);
    model.convert();
    return model;
  }

  /** The demo model, which keeps a cache, with two of its own vectors. */
  static HostModel ofDemo(Path folder) throws Exception {
    Path demo = Steered.root().resolve("models/demo");
    HostModel model =
        new HostModel(folder, "demo", new long[] {450, 26, 409, 7}, List.of("joy", "gloom"));
    model.patch(demo.resolve("model.onnx").toString(), "--layers", "0-1", "--site", "resid_mid");
    for (String vector : model.vectors) {
      String file = vector + ".safetensors";
      Files.copy(demo.resolve("vectors").resolve(file), folder.resolve(file));
    }
    model.convert();
    return model;
  }

  private void patch(String original, String... places) throws Exception {
    for (String mode : List.of("optional", "required")) {
      List<String> arguments = new ArrayList<>(List.of("patch", original));
      arguments.addAll(List.of(places));
      arguments.addAll(List.of("--inputs", mode, "-o", name + "." + mode + ".onnx"));
      run(new Steered(folder), arguments.toArray(String[]::new));
    }
  }

  private void convert() throws Exception {
    for (String vector : vectors) {
      String from = vector + ".safetensors";
      run(new Steered(folder), "vectors", "convert", from, vector + ".onnx_adapter");
    }
  }

  private static void run(Steered steered, String... arguments) throws Exception {
    Steered.Run run = steered.run(arguments);
    assertThat(run.exit()).as(run.output()).isZero();
  }

  String optional() {
    return name + ".optional.onnx";
  }

  String required() {
    return name + ".required.onnx";
  }

  /** The prompt as the hosts take it. */
  String prompt() {
    return LongStream.of(ids).mapToObj(Long::toString).collect(Collectors.joining(","));
  }

  /** The files of the vectors. */
  List<String> files(String ending) {
    return vectors.stream().map(vector -> vector + ending).toList();
  }

  /** What the runtime computes: logits of a run without a vector, then of one with each. */
  List<float[]> expected() throws IOException {
    try (SteeredModel model =
        SteeredModel.open(folder.resolve(required()), ModelOptions.DEFAULT.threads(1))) {
      List<float[]> logits = new ArrayList<>();
      logits.add(logits(model.raw(), Map.of()));
      for (String file : files(".onnx_adapter")) {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(folder.resolve(file)));
        logits.add(logits(model.raw(), Adapter.read(bytes, file)));
      }
      return logits;
    }
  }

  private float[] logits(RawModel model, Map<String, Floats> vector) {
    Map<String, TensorData> inputs = new LinkedHashMap<>();
    for (Signature.Slot slot : model.signature().inputs()) {
      inputs.put(slot.name(), input(slot, vector.get(slot.name())));
    }
    TensorData logits = model.infer(inputs, Set.of("logits")).get("logits");
    float[] values = new float[logits.size()];
    logits.data().asFloatBuffer().get(values);
    return values;
  }

  private TensorData input(Signature.Slot slot, Floats vector) {
    if (vector != null) {
      TensorData tensor = TensorData.zeros(ElementType.FLOAT32, vector.dims());
      tensor.data().asFloatBuffer().put(vector.values());
      return tensor;
    }
    return switch (slot.name()) {
      case "input_ids" -> longs(i -> ids[i]);
      case "attention_mask" -> longs(i -> 1);
      case "position_ids" -> longs(i -> i);
      default -> nothing(slot);
    };
  }

  private TensorData longs(IntToLongFunction of) {
    TensorData tensor = TensorData.zeros(ElementType.INT64, 1, ids.length);
    for (int i = 0; i < ids.length; i++) {
      tensor.put(i, of.applyAsLong(i));
    }
    return tensor;
  }

  /** An empty cache, or a vector that does not steer. */
  private static TensorData nothing(Signature.Slot slot) {
    long[] dims = slot.dims().stream().mapToLong(dim -> dim.isFixed() ? dim.size() : 1).toArray();
    if (!slot.name().startsWith("steer.")) {
      dims[2] = 0;
    }
    return TensorData.zeros(ElementType.FLOAT32, dims);
  }
}
