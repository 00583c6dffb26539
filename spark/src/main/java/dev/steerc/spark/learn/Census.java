package dev.steerc.spark.learn;

import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.capture.Fitting;
import dev.steerc.runtime.capture.Passage;
import dev.steerc.runtime.capture.Tokens;
import dev.steerc.runtime.learn.Examples;
import dev.steerc.runtime.learn.Split;
import dev.steerc.runtime.text.Tokenizer;
import dev.steerc.spark.ship.Cargo;
import dev.steerc.spark.ship.Executor;
import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;

/** What a first look at all texts tells, before any of them is run. Partial ones add up. */
final class Census implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final int MOST_PROBLEMS = 5;

  private final TreeSet<String> labels = new TreeSet<>();
  private final TreeMap<Long, Problem> problems = new TreeMap<>();
  private double least = Double.POSITIVE_INFINITY;
  private double most = Double.NEGATIVE_INFINITY;
  private long count;

  /** Looks at the texts of a partition. */
  record Taking(Broadcast<Cargo> cargo, boolean cuts, long seed)
      implements FlatMapFunction<Iterator<Unit>, Census> {
    @Override
    public Iterator<Census> call(Iterator<Unit> units) {
      try (Executor.Lease lease = Executor.lease(cargo.value())) {
        Tokenizer tokenizer = lease.model().tokenizerFor("the texts become tokens");
        Fitting fitting = Fitting.of(lease.model(), cuts);
        Census census = new Census();
        units.forEachRemaining(unit -> census.add(unit, seed, fitting, tokenizer));
        return List.of(census).iterator();
      }
    }
  }

  private void add(Unit unit, long seed, Fitting fitting, Tokenizer tokenizer) {
    count++;
    double place = unit.place(seed);
    least = Math.min(least, place);
    most = Math.max(most, place);
    List<Passage> passages = unit.passages();
    if (!unit.isPair()) {
      labels.add(unit.label());
    } else if (passages.get(0).text().equals(passages.get(1).text())) {
      problems.put(unit.firstText(), Examples.same(unit.index() + 1, passages.get(0).text()));
      return;
    }
    for (int i = 0; i < passages.size() && problems.size() < MOST_PROBLEMS; i++) {
      long number = unit.firstText() + i;
      fitting
          .problem("text " + number, Tokens.of(passages.get(i), tokenizer))
          .ifPresent(problem -> problems.put(number, problem));
    }
  }

  /** How many pairs or single texts there are. */
  long count() {
    return count;
  }

  /** Both together. */
  Census plus(Census other) {
    count += other.count;
    least = Math.min(least, other.least);
    most = Math.max(most, other.most);
    labels.addAll(other.labels);
    problems.putAll(other.problems);
    while (problems.size() > MOST_PROBLEMS) {
      problems.pollLastEntry();
    }
    return this;
  }

  /**
   * Says what is wrong with the texts, the first of it.
   *
   * @throws SteercException when something is
   */
  void check(boolean labelled) {
    if (count == 0 && !labelled) {
      throw Examples.none().exception();
    }
    if (!problems.isEmpty()) {
      throw new SteercException(List.copyOf(problems.values()));
    }
  }

  /** What the classes are called, the one that lacks the concept first. */
  List<String> classes(boolean labelled) {
    return labelled ? Examples.classes(labels) : Examples.PAIR;
  }

  /** Below which place a unit is held out. */
  double limit(double share) {
    return Split.limit(least, most, share);
  }
}
