package dev.steerc.plan;

import dev.steerc.onnx.Edit;
import dev.steerc.onnx.Graph;
import dev.steerc.onnx.Node;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.residual.Cut;
import dev.steerc.residual.Place;
import dev.steerc.residual.Residual;
import dev.steerc.residual.Stream;
import dev.steerc.residual.Tail;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Has a model compute its logits at the last position of each row only, so that they are [batch, 1,
 * vocabulary]. Positions are dropped as early as everything behind computes each for itself, but
 * behind all that is steered or tapped.
 */
final class LastLogits {
  private static final int SEQUENCE = 1;

  private final Plan plan;
  private final Set<Node> edited = new HashSet<>();
  private final Set<Edit> edits = new LinkedHashSet<>();

  private LastLogits(Plan plan) {
    this.plan = plan;
    plan.steps().stream().flatMap(step -> step.places().stream()).forEach(this::addNodes);
  }

  /** The edits that do it; they come behind those of the plan's interventions. */
  static List<Edit> edits(Plan plan) {
    Residual residual = plan.residual().orElseThrow();
    residual.operator().ifPresent(operator -> refuseOperator(plan, operator));
    LastLogits last = new LastLogits(plan);
    residual.streams().forEach(last::cut);
    return List.copyOf(last.edits);
  }

  private static void refuseOperator(Plan plan, String operator) {
    throw Problem.of(Code.LAST_LOGITS, "the logits stay inside a `" + operator + "`")
        .at(plan.file().where())
        .note("it chooses tokens by itself, and gets one position at a time")
        .help("leave --last-logits out")
        .exception();
  }

  private void addNodes(Place place) {
    if (place instanceof Place.Branch branch) {
      edited.add(branch.sum());
    } else if (place instanceof Place.Output output) {
      edited.add(output.node());
      output.branch().ifPresent(branch -> edited.add(branch.sum()));
    }
  }

  private void cut(Stream stream) {
    Tail tail = stream.tail();
    tail.obstacle().ifPresent(this::refuse);
    Cut cut =
        tail.cuts().stream()
            .filter(each -> each.behind().stream().noneMatch(edited::contains))
            .findFirst()
            .orElseThrow(this::steeredBehind);
    Position last = Position.of(cut, tail.padding(), plan.file().opsets().get(""));
    edits.add(new Edit.InsertAfter(cut.node(), last.nodes()));
    for (Cut.Reader reader : cut.readers()) {
      edits.add(new Edit.ReplaceInput(reader.node(), reader.input(), last.output()));
    }
    declare(stream.graph(), tail.logits());
  }

  private void refuse(Problem obstacle) {
    String where = plan.file().where();
    throw obstacle
        .at(obstacle.where().isEmpty() ? where : where + ", " + obstacle.where())
        .help(obstacle.help().isEmpty() ? "leave --last-logits out" : obstacle.help())
        .exception();
  }

  private RuntimeException steeredBehind() {
    return Problem.of(Code.LAST_LOGITS, "a value is steered or tapped right in front of the logits")
        .at(plan.file().where())
        .note("no place behind it is left at which positions can be dropped")
        .help("leave --last-logits out, or that value")
        .exception();
  }

  /** An output inside an {@code If} is that of the node as well, and of the graph around it. */
  private void declare(Graph graph, int output) {
    edits.add(new Edit.SetOutputSize(graph, output, SEQUENCE, 1));
    if (graph.outer().isPresent()) {
      Graph outer = graph.outer().get();
      Node container =
          outer.nodes().stream()
              .filter(node -> node.subgraphs().contains(graph))
              .findFirst()
              .orElseThrow();
      List<String> names = outer.outputs().stream().map(value -> value.name()).toList();
      int at = names.indexOf(container.output(output));
      if (at < 0) {
        refuse(
            Problem.of(Code.LAST_LOGITS, "the logits cannot be cut down to the last position")
                .at("node `" + container.label() + "`")
                .note("what it yields is read by others before it is an output"));
      }
      declare(outer, at);
    }
  }
}
