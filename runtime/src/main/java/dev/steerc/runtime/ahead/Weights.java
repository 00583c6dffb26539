package dev.steerc.runtime.ahead;

import dev.steerc.onnx.ElementType;
import dev.steerc.onnx.ModelFile;
import dev.steerc.onnx.Span;
import dev.steerc.onnx.Tensor;
import dev.steerc.onnx.Tensor.External;
import dev.steerc.onnx.proto.AttributeProto;
import dev.steerc.onnx.proto.GraphProto;
import dev.steerc.onnx.proto.ModelProto;
import dev.steerc.onnx.proto.NodeProto;
import dev.steerc.onnx.proto.StringStringEntryProto;
import dev.steerc.onnx.proto.TensorProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Puts the weights of an optimised graph into a file where kernels find them aligned. A table that
 * is only looked into stays where it is in the portable model: a tied embedding, whose transposed
 * copy is the head, is so on disk once.
 *
 * @param portable the model that the graph was made of, in the same folder
 * @param tables the initializers that nothing but lookups reads
 */
record Weights(ModelFile portable, Set<String> tables) {
  /** How ONNX Runtime calls what kernels made of a weight; it is in the weight's own file. */
  private static final String PACKED = "prepacked";

  /** What kernels compute with as it is; all else they convert at every run, or pack before. */
  private static final Set<ElementType> READY =
      EnumSet.of(
          ElementType.FLOAT32,
          ElementType.FLOAT64,
          ElementType.INT32,
          ElementType.INT64,
          ElementType.BOOL);

  /**
   * Rewrites a graph.
   *
   * @param graph as ONNX Runtime wrote it
   * @param output where to write the graph
   * @param data the name of the file for its weights
   * @return whether kernels need their weights packed
   */
  static boolean move(ModelFile portable, Path graph, Path output, String data) throws IOException {
    ModelProto.Builder model = ModelProto.parseFrom(Files.readAllBytes(graph)).toBuilder();
    dropStale(model.getGraphBuilder());
    Weights weights = new Weights(portable, tables(model.getGraph()));
    List<TensorProto.Builder> tensors = new ArrayList<>();
    collect(model.getGraphBuilder(), tensors);
    boolean packs = false;
    try (DataFile file = DataFile.create(output.getParent(), data)) {
      for (TensorProto.Builder tensor : tensors) {
        packs |= weights.needsPacking(tensor);
        weights.move(tensor, file);
      }
    }
    Files.write(
        output,
        model.build().toByteArray(),
        StandardOpenOption.CREATE_NEW,
        StandardOpenOption.WRITE,
        StandardOpenOption.SYNC);
    return packs;
  }

  /**
   * ONNX Runtime 1.29 writes the initializers of branches and bodies twice and refuses to read
   * that: the second ones are right (pull request 32474 of microsoft/onnxruntime).
   */
  private static void dropStale(GraphProto.Builder graph) {
    Map<String, TensorProto> last = new LinkedHashMap<>();
    graph.getInitializerList().forEach(tensor -> last.put(tensor.getName(), tensor));
    graph.clearInitializer().addAllInitializer(last.values());
    inner(graph).forEach(Weights::dropStale);
  }

  private static Stream<GraphProto.Builder> inner(GraphProto.Builder graph) {
    return graph.getNodeBuilderList().stream()
        .flatMap(node -> node.getAttributeBuilderList().stream())
        .filter(AttributeProto.Builder::hasG)
        .map(AttributeProto.Builder::getGBuilder);
  }

  private static Set<String> tables(GraphProto graph) {
    Set<String> tables = new HashSet<>();
    Set<String> others = new HashSet<>();
    graph.getOutputList().forEach(output -> others.add(output.getName()));
    collect(graph, tables, others);
    tables.removeAll(others);
    return tables;
  }

  private static void collect(GraphProto graph, Set<String> tables, Set<String> others) {
    for (NodeProto node : graph.getNodeList()) {
      for (int i = 0; i < node.getInputCount(); i++) {
        boolean isTable = i == 0 && node.getOpType().equals("Gather");
        (isTable ? tables : others).add(node.getInput(i));
      }
      node.getAttributeList().forEach(attribute -> collect(attribute.getG(), tables, others));
    }
  }

  /** All tensors with data outside, those of branches and bodies included. */
  private static void collect(GraphProto.Builder graph, List<TensorProto.Builder> tensors) {
    graph.getInitializerBuilderList().stream()
        .filter(tensor -> tensor.getExternalDataCount() > 0)
        .forEach(tensors::add);
    inner(graph).forEach(nested -> collect(nested, tensors));
  }

  private boolean needsPacking(TensorProto.Builder tensor) {
    ElementType type = ElementType.of(tensor.getDataType()).orElse(null);
    return !READY.contains(type) && !tables.contains(tensor.getName());
  }

  private void move(TensorProto.Builder tensor, DataFile file) throws IOException {
    External from = external(tensor);
    List<StringStringEntryProto> packed =
        tensor.getExternalDataList().stream().filter(e -> e.getKey().startsWith(PACKED)).toList();
    Optional<External> there =
        tables.contains(tensor.getName()) ? original(tensor.getName()) : Optional.empty();
    boolean stays = packed.isEmpty() && there.isPresent() && file.isSame(from, there.get());
    External to = stays ? there.get() : file.append(from);
    tensor.clearExternalData();
    entry(tensor, "location", to.location());
    entry(tensor, "offset", Long.toString(to.offset()));
    entry(tensor, "length", Long.toString(to.length()));
    for (StringStringEntryProto entry : packed) {
      entry(tensor, entry.getKey(), moved(entry.getValue(), from.location(), file));
    }
  }

  /** Moves the pieces of what a kernel packed: KERNEL|OFFSET;LENGTH;CHECKSUM|... in one file. */
  private static String moved(String packed, String location, DataFile file) throws IOException {
    String[] pieces = packed.split("\\|");
    for (int i = 1; i < pieces.length; i++) {
      String[] fields = pieces[i].split(";");
      long offset = Long.parseLong(fields[0]);
      long length = Long.parseLong(fields[1]);
      fields[0] = Long.toString(file.append(new External(location, offset, length)).offset());
      pieces[i] = String.join(";", fields);
    }
    return String.join("|", pieces);
  }

  private static External external(TensorProto.Builder tensor) {
    String location = "";
    long offset = 0;
    long length = 0;
    for (StringStringEntryProto entry : tensor.getExternalDataList()) {
      switch (entry.getKey()) {
        case "location" -> location = entry.getValue();
        case "offset" -> offset = Long.parseLong(entry.getValue());
        case "length" -> length = Long.parseLong(entry.getValue());
        default -> {}
      }
    }
    return new External(location, offset, length);
  }

  private static void entry(TensorProto.Builder tensor, String key, String value) {
    tensor.addExternalData(StringStringEntryProto.newBuilder().setKey(key).setValue(value));
  }

  /** Where the portable model has the data of an initializer. */
  private Optional<External> original(String name) {
    Tensor tensor = portable.written().initializers().get(name);
    if (tensor == null || tensor.external().isPresent()) {
      return Optional.ofNullable(tensor).flatMap(Tensor::external);
    }
    if (tensor.payloads().size() != 1) {
      return Optional.empty();
    }
    Span span = tensor.payloads().get(0);
    String file = portable.path().getFileName().toString();
    return Optional.of(new External(file, span.start(), span.length()));
  }
}
