package dev.steerc.plan;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.steerc.onnx.Corpus;
import dev.steerc.onnx.GraphLines;
import dev.steerc.onnx.GraphText;
import dev.steerc.onnx.ModelFile;
import dev.steerc.onnx.Splice;
import dev.steerc.onnx.proto.ModelProto;
import dev.steerc.problem.SteercException;
import dev.steerc.residual.Residual;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/** What a plan changes in a model, as text. */
record Snapshot(Path folder, String model, InputMode mode) {

  /** Compares all lines that differ. */
  void check(String difference, String... at) {
    assertThat(difference(at)).isEqualTo(difference);
  }

  /** Compares the lines that differ but for the ports, which follow from the operations. */
  void checkNodes(String difference, String... at) {
    String nodes =
        difference(at)
            .lines()
            .filter(line -> !line.startsWith("+ input") && !line.startsWith("+ weight"))
            .collect(Collectors.joining("\n", "", "\n"));
    assertThat(nodes).isEqualTo(difference);
  }

  Plan plan(String... at) {
    ModelFile file = GraphText.open(folder, model);
    List<Intervention> interventions =
        Arrays.stream(at).map(text -> Target.parse(text, OptionalInt.empty())).toList();
    return Plan.of(file, residual(file), interventions, mode);
  }

  private static Optional<Residual> residual(ModelFile file) {
    try {
      return Optional.of(Residual.find(file));
    } catch (SteercException e) {
      return Optional.empty();
    }
  }

  private String difference(String... at) {
    Plan plan = plan(at);
    Path output = folder.resolve("out.onnx");
    Splice.of(plan.file(), plan.patch()).write(output);
    return GraphLines.diff(parse(plan.file().path()), parse(output));
  }

  private static ModelProto parse(Path file) {
    try {
      return ModelProto.parseFrom(Corpus.bytes(file));
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }
}
