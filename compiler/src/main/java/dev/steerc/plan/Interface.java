package dev.steerc.plan;

import dev.steerc.onnx.Dim;
import dev.steerc.onnx.Edit;
import dev.steerc.onnx.ElementType;
import dev.steerc.onnx.Graph;
import dev.steerc.onnx.Node;
import dev.steerc.onnx.proto.ValueInfoProto;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.residual.Place;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a plan changes of the model's interface: ports as inputs, taps as outputs. */
final class Interface {
  /** The first IR version in which an initializer may be the default of an input. */
  private static final long OVERRIDABLE = 4;

  private final Plan plan;
  private final List<Edit> edits = new ArrayList<>();
  private final Map<Graph, Container> containers = new HashMap<>();

  /** The node that a subgraph belongs to, and the graph of that node. */
  private record Container(Graph graph, Node node) {}

  private Interface(Plan plan) {
    this.plan = plan;
    locate(plan.file().graph());
  }

  static List<Edit> edits(Plan plan) {
    Interface change = new Interface(plan);
    plan.steps().forEach(change::ports);
    change.taps();
    if (plan.mode() == InputMode.OPTIONAL && plan.file().irVersion() < OVERRIDABLE) {
      change.edits.add(new Edit.SetIrVersion(OVERRIDABLE));
    }
    return change.edits;
  }

  private void locate(Graph graph) {
    for (Node node : graph.nodes()) {
      for (Graph inner : node.subgraphs()) {
        containers.put(inner, new Container(graph, node));
        locate(inner);
      }
    }
  }

  private void ports(Plan.Step step) {
    Graph model = plan.file().graph();
    for (Port port : step.ports()) {
      edits.add(new Edit.AddInput(model, port.input()));
      if (plan.mode() == InputMode.OPTIONAL) {
        edits.add(new Edit.AddInitializer(model, port.initializer()));
      }
    }
  }

  /** A tap inside a branch of an {@code If} leaves through the node's outputs, level by level. */
  private void taps() {
    Map<Node, Integer> added = new HashMap<>();
    for (Plan.Step step : plan.steps()) {
      if (!(step.intervention() instanceof Tap tap)) {
        continue;
      }
      Set<Graph> done = new HashSet<>();
      ValueInfoProto output = output(tap, step.width());
      for (Place place : step.places()) {
        for (Graph graph = place.graph(); graph != null && done.add(graph); graph = outer(graph)) {
          edits.add(new Edit.AddOutput(graph, output));
          Container container = containers.get(graph);
          if (container != null && !done.contains(container.graph())) {
            refuseHalf(step, container);
            int index =
                container.node().outputs().size()
                    + added.merge(container.node(), 1, Integer::sum)
                    - 1;
            edits.add(new Edit.RenameOutput(container.node(), index, tap.output()));
          }
        }
      }
    }
  }

  private Graph outer(Graph graph) {
    Container container = containers.get(graph);
    return container == null ? null : container.graph();
  }

  /** All subgraphs of the node have to yield the tap, or it has nothing to hand out. */
  private void refuseHalf(Plan.Step step, Container container) {
    long there =
        container.node().subgraphs().stream()
            .filter(inner -> step.places().stream().anyMatch(p -> p.graph() == inner))
            .count();
    boolean isIf = container.node().op().equals("If");
    if (!isIf || there != container.node().subgraphs().size()) {
      throw Problem.of(
              Code.VALUE_NOT_STEERABLE,
              "`" + step.intervention().site().text() + "` cannot be tapped")
          .at(plan.file().where() + ", node `" + container.node().label() + "`")
          .note(
              isIf
                  ? "only one branch of the `If` computes it"
                  : "it is inside a `" + container.node().op() + "`, which fixes what that yields")
          .help(
              isIf
                  ? "tap a value that both branches compute"
                  : "tap the decoder before it is wrapped, or add to the value here")
          .exception();
    }
  }

  private static ValueInfoProto output(Tap tap, int width) {
    Dim free = new Dim(-1, "");
    return Declared.of(tap.output(), ElementType.FLOAT32, List.of(free, free, new Dim(width, "")));
  }
}
