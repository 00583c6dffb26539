package dev.steerc.residual;

import java.util.ArrayList;
import java.util.List;

/** Takes evidence down while a graph is looked at. */
final class Notes {
  private final List<Evidence> list = new ArrayList<>();

  void add(String what, String because, Step step) {
    list.add(new Evidence(what, because, step.node().label()));
  }

  void add(String what, String because) {
    list.add(new Evidence(what, because, ""));
  }

  List<Evidence> list() {
    return List.copyOf(list);
  }
}
