package dev.steerc.onnx;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import dev.steerc.onnx.proto.StringStringEntryProto;
import dev.steerc.onnx.proto.ValueInfoProto;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;

/** Lowers a {@link Patch} to bytes: the fields that change, then every length around them. */
final class ByteEdits {
  private static final int NODE = 1;
  private static final int INITIALIZER = 5;
  private static final int INPUT = 11;
  private static final int OUTPUT = 12;
  private static final int VALUE_INFO = 13;
  private static final int EXTERNAL_DATA = 13;
  private static final int DATA_LOCATION = 14;
  private static final int EXTERNAL = 1;
  private static final int NODE_INPUT = 1;
  private static final int NODE_OUTPUT = 2;

  /**
   * Where a frame ends inside another, what the inner one gains stands before what the outer does.
   */
  private static final Comparator<ByteEdit> IN_FILE_ORDER =
      Comparator.<ByteEdit>comparingInt(edit -> edit.span().start())
          .thenComparing(ByteEdit::depth, Comparator.reverseOrder())
          .thenComparing(edit -> edit.span().end());

  private final ModelFile file;
  private final List<ByteEdit> edits = new ArrayList<>();
  private final Map<Node, Map<Integer, String>> inputs = new LinkedHashMap<>();
  private final Map<Node, Map<Integer, String>> outputs = new LinkedHashMap<>();
  private final Map<Graph.Declaration, List<Edit.SetOutputSize>> sizes = new LinkedHashMap<>();

  private ByteEdits(ModelFile file) {
    this.file = file;
  }

  /** The edits of the file in the order of their places, lengths included. */
  static List<ByteEdit> of(ModelFile file, Patch patch) {
    return lowered(file, null, EditsByCall.of(patch.edits()));
  }

  /** The edits of the file, or of what stands for a call. */
  private static List<ByteEdit> lowered(
      ModelFile file, Expansion part, Map<Expansion, List<Edit>> edits) {
    ByteEdits lowering = new ByteEdits(file);
    edits.getOrDefault(part, List.of()).forEach(lowering::add);
    for (Expansion inner : edits.keySet()) {
      if (inner != null && inner.call().expansion().orElse(null) == part) {
        lowering.writeOut(inner, lowered(file, inner, edits));
      }
    }
    lowering.inputs.forEach(
        (node, names) -> lowering.strings(node, NODE_INPUT, node.place().inputs(), names));
    lowering.outputs.forEach(
        (node, names) -> lowering.strings(node, NODE_OUTPUT, node.place().outputs(), names));
    lowering.sizes.forEach(lowering::declare);
    lowering.lengths();
    lowering.edits.sort(IN_FILE_ORDER);
    return List.copyOf(lowering.edits);
  }

  private void add(Edit edit) {
    if (edit instanceof Edit.RenameOutput rename) {
      outputs
          .computeIfAbsent(rename.node(), n -> new TreeMap<>())
          .put(rename.output(), rename.name());
    } else if (edit instanceof Edit.ReplaceInput replace) {
      inputs
          .computeIfAbsent(replace.node(), n -> new TreeMap<>())
          .put(replace.input(), replace.name());
    } else if (edit instanceof Edit.InsertBefore before) {
      int at = before.node().place().field().start();
      before
          .nodes()
          .forEach(node -> insert(at, NODE, node, before.node().place().frame().parent()));
    } else if (edit instanceof Edit.InsertAfter after) {
      int at = after.node().place().field().end();
      after.nodes().forEach(node -> insert(at, NODE, node, after.node().place().frame().parent()));
    } else if (edit instanceof Edit.AddInput input) {
      append(input.graph(), INPUT, input.input());
    } else if (edit instanceof Edit.AddOutput output) {
      append(output.graph(), OUTPUT, output.output());
    } else if (edit instanceof Edit.AddValueInfo declared) {
      append(declared.graph(), VALUE_INFO, declared.value());
    } else if (edit instanceof Edit.AddInitializer initializer) {
      append(initializer.graph(), INITIALIZER, initializer.tensor());
    } else if (edit instanceof Edit.ReferData refer) {
      refer(refer.tensor().place().orElseThrow(), refer.to());
    } else if (edit instanceof Edit.SetOutputSize size) {
      sizes
          .computeIfAbsent(size.graph().declaration(size.output()), d -> new ArrayList<>())
          .add(size);
    } else if (edit instanceof Edit.SetIrVersion version) {
      irVersion(version.version());
    }
  }

  /** Puts the nodes that stand for a call in its place. */
  private void writeOut(Expansion expansion, List<ByteEdit> changes) {
    Node call = expansion.call();
    if (expansion.obstacle().isPresent()) {
      throw Problem.of(Code.LOCAL_FUNCTION, "the call of a local function cannot be changed inside")
          .at(file.where() + ", node `" + call.label() + "`")
          .note(expansion.obstacle().get())
          .help("steer what the call yields, or inline the functions first")
          .exception();
    }
    byte[] nodes = ByteEdit.apply(changes, expansion.bytes());
    edits.add(new ByteEdit(call.place().field(), nodes, call.place().frame().parent()));
  }

  /** The last of several fields counts, so that the new ones stand behind all others. */
  private void refer(Tensor.Place place, Tensor.External to) {
    Frame frame = place.frame();
    place.data().forEach(span -> edits.add(new ByteEdit(span, new byte[0], frame)));
    boolean ends = to.length() >= 0;
    byte[] fields =
        concat(
            Wire.varint(DATA_LOCATION << 3 | Wire.VARINT),
            Wire.varint(EXTERNAL),
            entry("location", to.location()),
            entry("offset", Long.toString(to.offset())),
            ends ? entry("length", Long.toString(to.length())) : new byte[0]);
    int end = frame.content().end();
    edits.add(new ByteEdit(new Span(end, end), fields, frame));
  }

  private static byte[] entry(String key, String value) {
    StringStringEntryProto entry =
        StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    return field(EXTERNAL_DATA, entry.toByteArray());
  }

  private void irVersion(long version) {
    byte[] field = concat(Wire.varint(1 << 3 | Wire.VARINT), Wire.varint(version));
    Span span = file.irVersionField().orElse(new Span(0, 0));
    edits.add(new ByteEdit(span, field, null));
  }

  /** Declares one output anew, with all of its sizes that change. */
  private void declare(Graph.Declaration at, List<Edit.SetOutputSize> sizes) {
    ByteBuffer source =
        sizes.get(0).graph().expansion().map(Expansion::bytes).orElseGet(file::bytes);
    Wire wire = new Wire(source, at.field());
    wire.next();
    Span content = wire.bytes();
    try {
      ValueInfoProto.Builder output =
          ValueInfoProto.parseFrom(source.slice(content.start(), content.length())).toBuilder();
      sizes.forEach(size -> declare(output, size));
      edits.add(new ByteEdit(at.field(), field(OUTPUT, output.build().toByteArray()), at.frame()));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void declare(ValueInfoProto.Builder output, Edit.SetOutputSize size) {
    if (size.axis() < output.getType().getTensorType().getShape().getDimCount()) {
      output
          .getTypeBuilder()
          .getTensorTypeBuilder()
          .getShapeBuilder()
          .getDimBuilder(size.axis())
          .setDimValue(size.size());
    }
  }

  private void append(Graph graph, int field, MessageLite message) {
    insert(graph.frame().content().end(), field, message, graph.frame());
  }

  private void insert(int at, int field, MessageLite message, Frame frame) {
    byte[] bytes = field(field, message.toByteArray());
    edits.add(new ByteEdit(new Span(at, at), bytes, frame));
  }

  /** Rewrites strings of a repeated field by index, and lengthens the list where needed. */
  private void strings(Node node, int field, List<Span> present, Map<Integer, String> names) {
    Frame frame = node.place().frame();
    names.forEach(
        (index, name) -> {
          if (index < present.size()) {
            edits.add(new ByteEdit(present.get(index), string(field, name), frame));
          }
        });
    int end = present.isEmpty() ? frame.content().start() : present.get(present.size() - 1).end();
    int last = names.keySet().stream().max(Comparator.naturalOrder()).orElse(-1);
    for (int index = present.size(); index <= last; index++) {
      byte[] bytes = string(field, names.getOrDefault(index, ""));
      edits.add(new ByteEdit(new Span(end, end), bytes, frame));
    }
  }

  /** Adds an edit for the length of every frame whose content grows, innermost first. */
  private void lengths() {
    Map<Frame, Integer> growth = new HashMap<>();
    PriorityQueue<Frame> frames =
        new PriorityQueue<>(Comparator.comparingInt(Frame::depth).reversed());
    for (ByteEdit edit : edits) {
      grow(growth, frames, edit.frame(), edit.growth());
    }
    while (!frames.isEmpty()) {
      Frame frame = frames.poll();
      byte[] length = Wire.varint((long) frame.content().length() + growth.get(frame));
      Span old = new Span(frame.lengthAt(), frame.content().start());
      ByteEdit edit = new ByteEdit(old, length, frame.parent());
      edits.add(edit);
      grow(growth, frames, frame.parent(), growth.get(frame) + edit.growth());
    }
  }

  private static void grow(
      Map<Frame, Integer> growth, PriorityQueue<Frame> frames, Frame frame, int by) {
    if (frame == null) {
      return;
    }
    if (!growth.containsKey(frame)) {
      frames.add(frame);
    }
    growth.merge(frame, by, Integer::sum);
  }

  private static byte[] string(int field, String text) {
    return field(field, text.getBytes(StandardCharsets.UTF_8));
  }

  static byte[] field(int field, byte[] content) {
    return concat(
        Wire.varint((long) field << 3 | Wire.BYTES), Wire.varint(content.length), content);
  }

  private static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
