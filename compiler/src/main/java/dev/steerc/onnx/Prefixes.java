package dev.steerc.onnx;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Gives out prefixes that no name of the model begins with. */
final class Prefixes {
  private final TreeSet<String> names;
  private final Map<String, Integer> next = new HashMap<>();

  Prefixes(Set<String> names) {
    this.names = new TreeSet<>(names);
  }

  /** A prefix for the values inside a call: the call's name, or that of what it yields. */
  String of(Node call) {
    String wanted =
        call.name().isEmpty()
            ? call.outputs().stream().filter(o -> !o.isEmpty()).findFirst().orElse(call.op())
            : call.name();
    String prefix = wanted + "/";
    while (isTaken(prefix)) {
      prefix = wanted + "~" + next.merge(wanted, 1, Integer::sum) + "/";
    }
    names.add(prefix);
    return prefix;
  }

  /** Takes names that stand behind a prefix, so that prefixes of calls among them differ. */
  void take(Collection<String> more) {
    names.addAll(more);
  }

  private boolean isTaken(String prefix) {
    String first = names.ceiling(prefix);
    return first != null && first.startsWith(prefix);
  }
}
