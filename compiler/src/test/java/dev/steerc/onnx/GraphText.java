package dev.steerc.onnx;

import com.google.protobuf.ByteString;
import dev.steerc.onnx.proto.AttributeProto;
import dev.steerc.onnx.proto.FunctionProto;
import dev.steerc.onnx.proto.GraphProto;
import dev.steerc.onnx.proto.ModelProto;
import dev.steerc.onnx.proto.NodeProto;
import dev.steerc.onnx.proto.OperatorSetIdProto;
import dev.steerc.onnx.proto.StringStringEntryProto;
import dev.steerc.onnx.proto.TensorProto;
import dev.steerc.onnx.proto.TensorShapeProto;
import dev.steerc.onnx.proto.TypeProto;
import dev.steerc.onnx.proto.ValueInfoProto;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Models as text, one line a field:
 *
 * <pre>
 * ir 8
 * opset 17
 * opset com.microsoft 1
 * graph main
 * input ids int64 [b, s]
 * weight wte float [16, 8]
 * weight axes int64 [2] = 0 1
 * external w float [16, 8] in w.bin from 0 to 512
 * value h float [b, s, 8]
 * x = Gather(wte, ids) @/emb/Gather
 * y, _, z = com.microsoft.SkipLayerNormalization(a, b, g) {epsilon=1e-5, axes=[0, 1]}
 * c = Constant() {value=int64[0, 0, 8]}
 * i = If(flag) then
 *   ...
 * else
 *   ...
 * end
 * output y float [b, s, 16]
 * function local.Block(x, w) -> y {axis, epsilon=1e-5}
 *   opset 17
 *   y = Add(x, w) {axis=@axis}
 * end
 * meta key value
 * </pre>
 *
 * Weights are zeros where no values stand; an absent operand is {@code _}.
 */
public final class GraphText {
  static final Map<String, Integer> TYPES =
      new TreeMap<>(
          Map.of(
              "float",
              1,
              "int8",
              3,
              "int32",
              6,
              "int64",
              7,
              "bool",
              9,
              "float16",
              10,
              "double",
              11,
              "bfloat16",
              16));

  private static final Pattern TENSOR =
      Pattern.compile("(\\S+) (\\w+)(?: \\[(.*?)])?(?: = (.*)| in (\\S*) from (\\S+) to (\\S+))?");
  private static final Pattern NODE =
      Pattern.compile(
          "(.*?) ?= ((?:\\w+\\.)*)(\\w+)\\((.*?)\\)(?: \\{(.*)})?(?: @(\\S+))?( then)?");
  private static final Pattern FUNCTION =
      Pattern.compile("((?:\\w+\\.)*\\w+)\\.(\\w+)\\((.*?)\\) -> ([^{]*?)(?: \\{(.*)})?");
  private static final Pattern ATTRIBUTE =
      Pattern.compile("(\\w+)=(\\w*\\[[^]]*]|\"[^\"]*\"|[^,\\s]+)");
  private static final Pattern INTEGER = Pattern.compile("-?\\d+");

  private final Deque<String> lines;
  private final ModelProto.Builder model = ModelProto.newBuilder().setIrVersion(8);

  private GraphText(String text) {
    this.lines =
        new ArrayDeque<>(text.lines().map(String::strip).filter(l -> !l.isEmpty()).toList());
  }

  /** The model that a text describes; without an opset line it has opset 17. */
  public static ModelProto model(String text) {
    GraphText reader = new GraphText(text);
    GraphProto graph = reader.graph("g");
    ModelProto.Builder model = reader.model.setGraph(graph);
    return model.getOpsetImportCount() == 0
        ? model.addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17)).build()
        : model.build();
  }

  /** Writes the model that a text describes to {@code model.onnx} in a folder. */
  public static Path write(Path folder, String text) {
    return write(folder, model(text));
  }

  public static Path write(Path folder, ModelProto model) {
    return write(folder, model.toByteArray());
  }

  public static Path write(Path folder, byte[] bytes) {
    try {
      // a new file each time: some file systems flush to disk what is written over another
      Path model = folder.resolve("model.onnx");
      Files.deleteIfExists(model);
      return Files.write(model, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static ModelFile open(Path folder, String text) {
    return ModelFile.open(write(folder, text));
  }

  private GraphProto graph(String name) {
    GraphProto.Builder graph = GraphProto.newBuilder().setName(name);
    while (!lines.isEmpty() && !lines.peek().equals("else") && !lines.peek().equals("end")) {
      line(graph, lines.pop());
    }
    return graph.build();
  }

  private void line(GraphProto.Builder graph, String line) {
    String rest = line.substring(line.indexOf(' ') + 1);
    String[] words = rest.split(" ");
    switch (line.substring(0, line.indexOf(' '))) {
      case "ir" -> model.setIrVersion(Long.parseLong(rest));
      case "opset" -> model.addOpsetImport(opset(words));
      case "meta" -> model.addMetadataProps(pair(words[0], words[1]));
      case "function" -> model.addFunctions(function(rest));
      case "graph" -> graph.setName(rest);
      case "input" -> graph.addInput(value(rest));
      case "output" -> graph.addOutput(value(rest));
      case "value" -> graph.addValueInfo(value(rest));
      case "weight", "external" -> graph.addInitializer(tensor(rest));
      default -> graph.addNode(node(line));
    }
  }

  private static OperatorSetIdProto.Builder opset(String[] words) {
    return OperatorSetIdProto.newBuilder()
        .setDomain(words.length > 1 ? words[0] : "")
        .setVersion(Long.parseLong(words[words.length - 1]));
  }

  private FunctionProto function(String text) {
    Matcher matcher = match(FUNCTION, text);
    FunctionProto.Builder function =
        FunctionProto.newBuilder()
            .setDomain(matcher.group(1))
            .setName(matcher.group(2))
            .addAllInput(operands(matcher.group(3)))
            .addAllOutput(operands(matcher.group(4)));
    for (String attribute : list(matcher.group(5))) {
      if (attribute.contains("=")) {
        String[] pair = attribute.split("=");
        function.addAttributeProto(attribute(pair[0], pair[1]));
      } else {
        function.addAttribute(attribute);
      }
    }
    for (String line = lines.pop(); !line.equals("end"); line = lines.pop()) {
      if (line.startsWith("opset ")) {
        function.addOpsetImport(opset(line.substring(6).split(" ")));
      } else {
        function.addNode(node(line));
      }
    }
    return function.build();
  }

  private static StringStringEntryProto pair(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }

  private static Matcher match(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("cannot be read: " + text);
    }
    return matcher;
  }

  private static ValueInfoProto value(String text) {
    Matcher matcher = match(TENSOR, text);
    TypeProto.Tensor.Builder tensor =
        TypeProto.Tensor.newBuilder().setElemType(TYPES.get(matcher.group(2)));
    if (matcher.group(3) != null) {
      TensorShapeProto.Builder shape = tensor.getShapeBuilder();
      list(matcher.group(3)).forEach(dim -> shape.addDim(dim(dim)));
    }
    return ValueInfoProto.newBuilder()
        .setName(matcher.group(1))
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }

  private static TensorShapeProto.Dimension dim(String text) {
    TensorShapeProto.Dimension.Builder dim = TensorShapeProto.Dimension.newBuilder();
    return text.equals("?")
        ? dim.build()
        : INTEGER.matcher(text).matches()
            ? dim.setDimValue(Long.parseLong(text)).build()
            : dim.setDimParam(text).build();
  }

  private static TensorProto tensor(String text) {
    Matcher matcher = match(TENSOR, text);
    List<Long> dims = list(matcher.group(3)).stream().map(Long::valueOf).toList();
    int type = TYPES.get(matcher.group(2));
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setName(matcher.group(1)).setDataType(type).addAllDims(dims);
    if (matcher.group(5) != null) {
      return tensor
          .setDataLocation(1)
          .addExternalData(pair("location", matcher.group(5)))
          .addExternalData(pair("offset", matcher.group(6)))
          .addExternalData(pair("length", matcher.group(7)))
          .build();
    }
    int elements = (int) dims.stream().mapToLong(d -> d).reduce(1, (a, b) -> a * b);
    String[] values = matcher.group(4) == null ? new String[elements] : matcher.group(4).split(" ");
    return tensor.setRawData(raw(type, values)).build();
  }

  private static ByteString raw(int type, String[] values) {
    int size = type == 7 || type == 11 ? 8 : type == 10 || type == 16 ? 2 : 4;
    ByteBuffer raw = ByteBuffer.allocate(values.length * size).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < values.length; i++) {
      String value = values[i] == null ? "0" : values[i];
      switch (type) {
        case 1 -> raw.putFloat(i * size, Float.parseFloat(value));
        case 6 -> raw.putInt(i * size, Integer.parseInt(value));
        case 7 -> raw.putLong(i * size, Long.parseLong(value));
        default -> {}
      }
    }
    return ByteString.copyFrom(raw);
  }

  private NodeProto node(String text) {
    Matcher matcher = match(NODE, text);
    NodeProto.Builder node =
        NodeProto.newBuilder()
            .addAllInput(operands(matcher.group(4)))
            .addAllOutput(operands(matcher.group(1)))
            .setOpType(matcher.group(3));
    if (!matcher.group(2).isEmpty()) {
      node.setDomain(matcher.group(2).substring(0, matcher.group(2).length() - 1));
    }
    if (matcher.group(5) != null) {
      ATTRIBUTE
          .matcher(matcher.group(5))
          .results()
          .forEach(r -> node.addAttribute(attribute(r.group(1), r.group(2))));
    }
    if (matcher.group(6) != null) {
      node.setName(matcher.group(6));
    }
    if (matcher.group(7) != null) {
      branches(node);
    }
    return node.build();
  }

  private void branches(NodeProto.Builder node) {
    node.addAttribute(branch("then_branch"));
    lines.pop();
    node.addAttribute(branch("else_branch"));
    lines.pop();
  }

  private AttributeProto.Builder branch(String name) {
    return AttributeProto.newBuilder().setName(name).setType(5).setG(graph(name));
  }

  private static AttributeProto attribute(String name, String value) {
    AttributeProto.Builder attribute = AttributeProto.newBuilder().setName(name);
    if (value.startsWith("@")) {
      attribute.setRefAttrName(value.substring(1));
    } else if (value.startsWith("[")) {
      attribute.setType(7).addAllInts(longs(value));
    } else if (value.startsWith("\"")) {
      attribute.setType(3).setS(ByteString.copyFromUtf8(value.substring(1, value.length() - 1)));
    } else if (value.endsWith("]")) {
      attribute.setType(4).setT(constant(value));
    } else if (INTEGER.matcher(value).matches()) {
      attribute.setType(2).setI(Long.parseLong(value));
    } else {
      attribute.setType(1).setF(Float.parseFloat(value));
    }
    return attribute.build();
  }

  /** A list such as {@code int64[0, 0, 8]}; {@code float[0.5]} and the like is a scalar. */
  private static TensorProto constant(String text) {
    int bracket = text.indexOf('[');
    int type = TYPES.get(text.substring(0, bracket));
    String[] values = list(text.substring(bracket + 1, text.length() - 1)).toArray(String[]::new);
    TensorProto.Builder tensor = TensorProto.newBuilder().setDataType(type);
    if (type == 7) {
      tensor.addDims(values.length);
    }
    return tensor.setRawData(raw(type, values)).build();
  }

  private static List<Long> longs(String text) {
    return list(text.substring(1, text.length() - 1)).stream().map(Long::valueOf).toList();
  }

  private static List<String> operands(String text) {
    return list(text).stream().map(name -> name.equals("_") ? "" : name).toList();
  }

  private static List<String> list(String text) {
    List<String> parts = new ArrayList<>();
    if (text != null && !text.isBlank()) {
      Arrays.stream(text.split(",")).map(String::strip).forEach(parts::add);
    }
    return parts;
  }
}
