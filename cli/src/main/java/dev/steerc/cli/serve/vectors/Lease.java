package dev.steerc.cli.serve.vectors;

import dev.steerc.runtime.steering.Condition;
import dev.steerc.runtime.steering.Steering;
import dev.steerc.runtime.steering.Term;
import dev.steerc.runtime.steering.Vector;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/** Somebody uses vectors, until it is closed. They are kept whatever becomes of the registry's. */
public final class Lease implements AutoCloseable {
  private final Uses uses;
  private final Set<String> names;
  private final AtomicBoolean over = new AtomicBoolean();

  private Lease(Uses uses, Set<String> names) {
    this.uses = uses;
    this.names = names;
  }

  /** Who uses what; for all threads. */
  static final class Uses {
    private final Map<String, Integer> byName = new ConcurrentHashMap<>();

    Lease hold(Steering steering) {
      Set<String> names = new HashSet<>();
      for (Term term : steering.terms()) {
        names.add(term.vector().name());
        term.condition().flatMap(Condition::source).map(Vector::name).ifPresent(names::add);
      }
      names.forEach(name -> byName.merge(name, 1, Integer::sum));
      return new Lease(this, names);
    }

    /** How many use vectors of that name. */
    int of(String name) {
      return byName.getOrDefault(name, 0);
    }

    private void release(String name) {
      byName.computeIfPresent(name, (n, count) -> count == 1 ? null : count - 1);
    }
  }

  @Override
  public void close() {
    if (over.compareAndSet(false, true)) {
      names.forEach(uses::release);
    }
  }
}
