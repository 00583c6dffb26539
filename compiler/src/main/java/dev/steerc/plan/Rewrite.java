package dev.steerc.plan;

import dev.steerc.onnx.Edit;
import dev.steerc.onnx.Node;
import dev.steerc.onnx.Patch;
import dev.steerc.onnx.proto.NodeProto;
import dev.steerc.onnx.proto.ValueInfoProto;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.residual.BranchBias;
import dev.steerc.residual.Place;
import dev.steerc.residual.Place.FusedNorm;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Lowers a {@link Plan} to the edits of a graph. */
final class Rewrite {

  /** An operand of a node, or an output of one. */
  private record Slot(Node node, int index) {

    // Plain code, since what a record brings is only made when it is first used: at every start.

    @Override
    public int hashCode() {
      return 31 * node.hashCode() + index;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Slot slot && slot.node == node && slot.index == index;
    }
  }

  /** What happens at a value of the stream. */
  private record AtOutput(Place.Output place, List<Intervention> interventions) {}

  /**
   * What happens to a branch before it is added up.
   *
   * @param own what edits the branch itself
   * @param ofSum what edits the sum, and does so here because that is the same
   */
  private record AtBranch(Place.Branch place, List<Intervention> own, List<Intervention> ofSum) {}

  private final Map<Slot, AtOutput> outputs = new LinkedHashMap<>();
  private final Map<Slot, AtBranch> branches = new LinkedHashMap<>();
  private final Map<Slot, String> biases = new HashMap<>();
  private final List<Edit> renames = new ArrayList<>();
  private final List<Edit> behind = new ArrayList<>();
  private final List<Edit> before = new ArrayList<>();

  private Rewrite() {}

  static Patch of(Plan plan) {
    Rewrite rewrite = new Rewrite();
    for (Plan.Step step : plan.steps()) {
      step.places().forEach(place -> rewrite.sortIn(place, step.intervention()));
    }
    rewrite.outputs.values().forEach(rewrite::moveToBranch);
    rewrite.outputs.values().forEach(rewrite::lower);
    rewrite.branches.values().forEach(rewrite::lower);
    List<Edit> edits = new ArrayList<>(rewrite.renames);
    // what a node yields stands before what the next one reads
    edits.addAll(rewrite.behind);
    edits.addAll(rewrite.before);
    if (plan.lastLogits()) {
      edits.addAll(LastLogits.edits(plan));
    }
    refuseConflicts(plan, edits);
    edits.addAll(Interface.edits(plan));
    return new Patch(edits);
  }

  /** Two edits of one end of a node would undo each other: a named value can lead to that. */
  private static void refuseConflicts(Plan plan, List<Edit> edits) {
    Set<List<Object>> ends = new HashSet<>();
    for (Edit edit : edits) {
      boolean free =
          edit instanceof Edit.RenameOutput rename
              ? ends.add(List.of("output", rename.node(), rename.output()))
              : !(edit instanceof Edit.ReplaceInput replace)
                  || ends.add(List.of("input", replace.node(), replace.input()));
      if (!free) {
        throw Problem.of(Code.VALUE_NOT_STEERABLE, "two interventions meet in one operator")
            .at(plan.file().where())
            .note("a named value is the norm inside an operator whose sum is steered as well")
            .help("patch one of them only")
            .exception();
      }
    }
  }

  /** The names that a patch brings into the model. */
  static Set<String> names(Patch patch) {
    Set<String> names = new HashSet<>();
    Set<String> old = new HashSet<>();
    for (Edit edit : patch.edits()) {
      if (edit instanceof Edit.InsertBefore insert) {
        insert.nodes().forEach(node -> addNames(node, names));
      } else if (edit instanceof Edit.InsertAfter insert) {
        insert.nodes().forEach(node -> addNames(node, names));
      } else if (edit instanceof Edit.RenameOutput rename) {
        names.add(rename.name());
        old.add(rename.node().output(rename.output()));
      } else if (edit instanceof Edit.AddInput input) {
        names.add(input.input().getName());
      }
    }
    names.removeAll(old);
    return names;
  }

  private static void addNames(NodeProto node, Set<String> names) {
    names.add(node.getName());
    names.addAll(node.getOutputList());
  }

  private void sortIn(Place place, Intervention intervention) {
    if (intervention instanceof Bias bias) {
      BranchBias own = Biases.of(place).orElseThrow();
      before.add(new Edit.ReplaceInput(own.node(), own.input(), bias.input()));
      biases.put(new Slot(own.node(), own.input()), bias.input());
    } else if (place instanceof Place.Output output) {
      Slot slot = new Slot(output.node(), output.output());
      outputs
          .computeIfAbsent(slot, s -> new AtOutput(output, new ArrayList<>()))
          .interventions()
          .add(intervention);
    } else if (place instanceof Place.Branch branch) {
      at(branch).own().add(intervention);
    }
  }

  private AtBranch at(Place.Branch branch) {
    return branches.computeIfAbsent(
        new Slot(branch.sum(), branch.input()),
        s -> new AtBranch(branch, new ArrayList<>(), new ArrayList<>()));
  }

  /**
   * Adding to a branch keeps the fusions that adding to the sum would break: ONNX Runtime writes
   * out all calls of functions before it fuses, so that this holds inside a call as well. That the
   * file has to write the call out for it costs a few kilobytes and no time.
   */
  private void moveToBranch(AtOutput at) {
    List<Intervention> left = at.interventions();
    Optional<Place.Branch> branch =
        at.place().branch().filter(edge -> edge.sum().obstacle().isEmpty());
    while (!left.isEmpty() && left.get(0).worksOnSummands() && branch.isPresent()) {
      at(branch.get()).ofSum().add(left.remove(0));
    }
  }

  private void lower(AtBranch at) {
    Place.Branch place = at.place();
    List<NodeProto> nodes = new ArrayList<>();
    boolean reads = at.own().stream().anyMatch(i -> !i.worksOnSummands());
    int input = reads ? place.input() : place.addAt();
    String operand = place.sum().input(input);
    List<Intervention> all = new ArrayList<>(at.own());
    all.addAll(at.ofSum());
    String bias =
        place.isBiased()
            ? biases.getOrDefault(
                new Slot(place.sum(), place.bias()), place.sum().input(place.bias()))
            : "";
    Shaped shaped = Shaped.of(place, prefix(all.get(0)) + "/branch", nodes);
    String first = shaped.open(operand);
    String last = new Chain(place, nodes, bias, Optional.empty()).through(all, first, null);
    if (!last.equals(first)) {
      before.add(new Edit.ReplaceInput(place.sum(), input, shaped.close(last, "")));
      declare(place, last, all);
    }
    before.add(new Edit.InsertBefore(place.sum(), nodes));
  }

  private void lower(AtOutput at) {
    if (at.interventions().isEmpty()) {
      return;
    }
    Place.Output place = at.place();
    Node node = place.node();
    String prefix = prefix(at.interventions().get(0));
    String name = node.output(place.output());
    boolean edits = at.interventions().stream().anyMatch(Intervention::edits);
    List<NodeProto> nodes = new ArrayList<>();
    String value = name.isEmpty() ? prefix + "/value" : name;
    Shaped shaped = Shaped.of(place, prefix, nodes);
    if (!edits) {
      if (name.isEmpty()) {
        renames.add(new Edit.RenameOutput(node, place.output(), value));
      }
      String read = shaped.open(value);
      new Chain(place, nodes, "", Optional.empty()).through(at.interventions(), read, null);
    } else {
      String raw = prefix + "/raw";
      renames.add(new Edit.RenameOutput(node, place.output(), raw));
      String read = shaped.open(raw);
      String edited = shaped.isFlat() ? null : value;
      String last =
          new Chain(place, nodes, "", renorm(place, prefix))
              .through(at.interventions(), read, edited);
      shaped.close(last, value);
      declare(place, last, at.interventions());
    }
    behind.add(new Edit.InsertAfter(node, nodes));
  }

  /** An addition hides the shape of a value from ONNX Runtime, whose fusions go by that. */
  private void declare(Place place, String value, List<Intervention> behind) {
    boolean adds = behind.stream().allMatch(Intervention::worksOnSummands);
    if (adds && !place.dims().isEmpty() && place.graph().declared(value).isEmpty()) {
      ValueInfoProto declared = Declared.of(value, place.type(), place.dims());
      before.add(new Edit.AddValueInfo(place.graph(), declared));
    }
  }

  /** The operator's own norm saw the unsteered sum, so the steered one is normalised anew. */
  private Optional<Lowering.Renorm> renorm(Place.Output place, String prefix) {
    if (place.norm().isEmpty()) {
      return Optional.empty();
    }
    FusedNorm norm = place.norm().get();
    String raw = prefix + "/norm_raw";
    renames.add(new Edit.RenameOutput(place.node(), norm.output(), raw));
    return Optional.of(new Lowering.Renorm(norm, raw, place.node().output(norm.output())));
  }

  /**
   * Lowers interventions one behind the other.
   *
   * @param nodes takes the nodes
   * @param bias what the sum adds to the value later on, so that the value read has to have it too
   * @param renorm the norm that the last edit computes as well
   */
  private record Chain(
      Place place, List<NodeProto> nodes, String bias, Optional<Lowering.Renorm> renorm) {

    /**
     * Lowers them.
     *
     * @param last the name that the last edit yields, or null for a new one
     * @return the value behind them all
     */
    String through(List<Intervention> all, String first, String last) {
      String current = first;
      long edits = all.stream().filter(Intervention::edits).count();
      for (Intervention intervention : all) {
        boolean ends = intervention.edits() && --edits == 0;
        String fresh = prefix(intervention) + "/" + intervention.op() + "/out";
        String output = ends && last != null ? last : fresh;
        lower(intervention, current, output, ends ? renorm : Optional.empty());
        current = intervention.edits() ? output : current;
      }
      return current;
    }

    private void lower(
        Intervention intervention,
        String carrier,
        String output,
        Optional<Lowering.Renorm> renorm) {
      String prefix = prefix(intervention);
      String input = carrier;
      Lowering plain = new Lowering(prefix, input, carrier, output, place.type(), renorm);
      if (!bias.isEmpty() && !intervention.worksOnSummands()) {
        input = plain.name(intervention.op() + "/value");
        nodes.add(plain.node(intervention.op() + "/value", "Add", input, carrier, bias));
      }
      nodes.addAll(
          intervention.lower(new Lowering(prefix, input, carrier, output, place.type(), renorm)));
    }
  }

  private static String prefix(Intervention intervention) {
    return "steerc/" + intervention.site().path();
  }
}
