package dev.steerc.plan;

import dev.steerc.onnx.Edit;
import dev.steerc.onnx.Node;
import dev.steerc.onnx.Patch;
import dev.steerc.onnx.proto.NodeProto;
import dev.steerc.residual.Place;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Lowers a {@link Plan} to the edits of a graph. */
final class Rewrite {

  /** An operand of a node, or an output of one. */
  private record Slot(Node node, int index) {}

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
    edits.addAll(Interface.edits(plan));
    return new Patch(edits);
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
    if (place instanceof Place.Output output) {
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

  /** Adding to a branch keeps the fusions that adding to the sum would break. */
  private void moveToBranch(AtOutput at) {
    List<Intervention> left = at.interventions();
    while (!left.isEmpty() && left.get(0).worksOnSummands() && at.place().branch().isPresent()) {
      at(at.place().branch().get()).ofSum().add(left.remove(0));
    }
  }

  private void lower(AtBranch at) {
    Place.Branch place = at.place();
    List<NodeProto> nodes = new ArrayList<>();
    String operand = place.sum().input(place.input());
    String current = operand;
    boolean whole = at.own().stream().anyMatch(i -> !i.worksOnSummands());
    if (whole && place.isBiased()) {
      current = prefix(at.own().get(0)) + "/value";
      Lowering lowering = new Lowering(prefix(at.own().get(0)), operand, current, place.type());
      String bias = place.sum().input(place.bias());
      nodes.add(lowering.node("value", "Add", current, operand, bias));
      before.add(new Edit.ReplaceInput(place.sum(), place.bias(), ""));
    }
    List<Intervention> all = new ArrayList<>(at.own());
    all.addAll(at.ofSum());
    current = chain(all, current, null, place, nodes);
    if (!current.equals(operand)) {
      before.add(new Edit.ReplaceInput(place.sum(), place.input(), current));
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
    if (!edits) {
      String value = name.isEmpty() ? prefix + "/value" : name;
      if (name.isEmpty()) {
        renames.add(new Edit.RenameOutput(node, place.output(), value));
      }
      chain(at.interventions(), value, null, place, nodes);
    } else {
      String raw = prefix + "/raw";
      renames.add(new Edit.RenameOutput(node, place.output(), raw));
      String value = name.isEmpty() ? prefix + "/value" : name;
      chain(at.interventions(), raw, value, place, nodes);
      place.norm().ifPresent(norm -> nodes.add(norm(place, norm, prefix, value)));
    }
    behind.add(new Edit.InsertAfter(node, nodes));
  }

  /** The operator's own norm saw the unsteered sum, so the steered one is normalised anew. */
  private NodeProto norm(Place.Output place, Place.FusedNorm norm, String prefix, String value) {
    renames.add(new Edit.RenameOutput(place.node(), norm.output(), prefix + "/norm_raw"));
    String normed = place.node().output(norm.output());
    return new Lowering(prefix, value, normed, place.type()).norm(normed, norm);
  }

  /**
   * Lowers interventions one behind the other.
   *
   * @param last the name that the last edit yields, or null for a new one
   * @return the value behind them all
   */
  private static String chain(
      List<Intervention> all, String input, String last, Place place, List<NodeProto> nodes) {
    String current = input;
    long edits = all.stream().filter(Intervention::edits).count();
    for (Intervention intervention : all) {
      String prefix = prefix(intervention);
      String output = prefix + "/" + intervention.op() + "/out";
      if (intervention.edits() && --edits == 0 && last != null) {
        output = last;
      }
      nodes.addAll(intervention.lower(new Lowering(prefix, current, output, place.type())));
      current = intervention.edits() ? output : current;
    }
    return current;
  }

  private static String prefix(Intervention intervention) {
    return "steerc/" + intervention.site().path();
  }
}
