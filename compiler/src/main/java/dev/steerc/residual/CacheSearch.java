package dev.steerc.residual;

import dev.steerc.onnx.Graph;
import dev.steerc.onnx.Node;
import dev.steerc.onnx.Value;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;

/** Finds a decoder's cache: the large float inputs that attention reads, and what it hands out. */
final class CacheSearch {
  private final Flow flow;
  private final Map<Step, Integer> branches = new HashMap<>();

  private CacheSearch(Flow flow, Chain chain) {
    this.flow = flow;
    for (int at = 0; at < chain.sums().size(); at++) {
      for (Sum.Branch branch : chain.sums().get(at).branches()) {
        for (Step step : branch.region().steps()) {
          branches.putIfAbsent(step, at);
        }
      }
    }
  }

  static Cache of(Flow flow, Chain chain, List<Node> containers) {
    CacheSearch search = new CacheSearch(flow, chain);
    Graph model = flow.graph();
    while (model.outer().isPresent()) {
      model = model.outer().get();
    }
    List<String> inputs = search.inOrder(model.inputs(), search::onwards);
    List<String> outputs = search.inOrder(flow.graph().outputs(), search::backwards);
    List<String> names =
        outputs.stream().map(name -> outside(flow.graph(), name, containers)).toList();
    return new Cache(inputs, names);
  }

  private static String outside(Graph graph, String name, List<Node> containers) {
    int index = graph.outputs().stream().map(Value::name).toList().indexOf(name);
    return containers.isEmpty() ? name : containers.get(0).output(index);
  }

  private List<String> inOrder(List<Value> values, Function<String, OptionalInt> block) {
    Map<String, Integer> found = new HashMap<>();
    List<String> names = new ArrayList<>();
    for (Value value : values) {
      boolean isFloat = value.type().map(type -> type.isFloat()).orElse(false);
      if (isFloat && value.shape().map(List::size).orElse(0) >= 4) {
        block.apply(value.name()).ifPresent(at -> found.put(value.name(), at));
        names.add(value.name());
      }
    }
    names.removeIf(name -> !found.containsKey(name));
    names.sort(Comparator.comparing(found::get));
    return names;
  }

  private OptionalInt onwards(String value) {
    return nearest(value, flow::consumers, Step::outputs);
  }

  private OptionalInt backwards(String value) {
    return nearest(value, v -> flow.producer(v).map(List::of).orElse(List.of()), Step::inputs);
  }

  /** The branch of the chain that a walk from a value meets first. */
  private OptionalInt nearest(
      String value, Function<String, List<Step>> steps, Function<Step, List<String>> values) {
    Set<Step> seen = new HashSet<>();
    Deque<Step> open = new ArrayDeque<>(steps.apply(value));
    while (!open.isEmpty()) {
      Step step = open.poll();
      if (branches.containsKey(step)) {
        return OptionalInt.of(branches.get(step));
      }
      if (seen.add(step) && !step.is(Step.Kind.SHAPE)) {
        values.apply(step).forEach(next -> open.addAll(steps.apply(next)));
      }
    }
    return OptionalInt.empty();
  }
}
