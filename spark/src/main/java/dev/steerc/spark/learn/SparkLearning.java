package dev.steerc.spark.learn;

import dev.steerc.plan.Site;
import dev.steerc.runtime.capture.Captured;
import dev.steerc.runtime.capture.Passage;
import dev.steerc.runtime.capture.Pooling;
import dev.steerc.runtime.learn.Examples;
import dev.steerc.runtime.learn.Learning;
import dev.steerc.runtime.learn.Lesson;
import dev.steerc.runtime.learn.Material;
import dev.steerc.runtime.learn.Origin;
import dev.steerc.runtime.learn.Seen;
import dev.steerc.spark.cost.Costs;
import dev.steerc.spark.ship.Cargo;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.StorageLevel;

/**
 * Runs the texts on executors, keeps their rows there, and learns from sums over them.
 *
 * @param cargo the model with its taps
 * @param widths where the taps are in the order of the model, and the elements of a row there
 * @param cuts whether texts that are too long are cut in front
 */
record SparkLearning(
    Broadcast<Cargo> cargo,
    Costs costs,
    LinkedHashMap<Site, Integer> widths,
    Pooling pooling,
    boolean cuts) {
  private static final int DEPTH = 2;

  /**
   * Learns at each site.
   *
   * @throws dev.steerc.problem.SteercException when a text cannot be run, or they tell nothing
   *     apart
   */
  Learning of(Units units, Lesson lesson, Origin origin) {
    Census census =
        units
            .all()
            .mapPartitions(new Census.Taking(cargo, cuts, lesson.seed()))
            .treeAggregate(new Census(), Census::plus, Census::plus, DEPTH);
    census.check(units.labelled());
    List<String> classes = census.classes(units.labelled());
    double limit = census.limit(lesson.heldOut());
    Running running =
        new Running(cargo, costs, widths, pooling, cuts, lesson.seed(), limit, classes);
    JavaRDD<Taught> rows =
        units.all().mapPartitions(running).persist(StorageLevel.MEMORY_AND_DISK());
    try {
      Seen seen = seen(units.all(), lesson.seed(), limit);
      return Learning.of(material(rows, classes, !units.labelled(), seen, origin), lesson);
    } finally {
      rows.unpersist(false);
    }
  }

  private Material material(
      JavaRDD<Taught> rows, List<String> classes, boolean paired, Seen seen, Origin origin) {
    long start = System.nanoTime();
    Totals totals = rows.treeAggregate(new Totals(), Totals::plus, Totals::plus, DEPTH);
    double seconds = (System.nanoTime() - start) / 1e9;
    int size = paired ? 2 : 1;
    return new Material(
        pooling,
        !paired && classes.size() == 2 && totals.areWhole(),
        classes,
        paired,
        Math.toIntExact((totals.texts() - totals.heldOut()) / size),
        Math.toIntExact(totals.heldOut() / size),
        seen,
        origin,
        captured(totals, seconds),
        visitor -> {
          int i = 0;
          for (Map.Entry<Site, Integer> site : widths.entrySet()) {
            SpreadRows there = new SpreadRows(rows, i, site.getValue(), classes.size(), paired);
            visitor.site(site.getKey(), there, totals.typical(i++));
          }
        });
  }

  private Captured captured(Totals totals, double seconds) {
    return new Captured(
        Path.of(""),
        widths.keySet(),
        totals.texts(),
        totals.texts(),
        0,
        totals.cut(),
        0,
        totals.tokens(),
        seconds);
  }

  /** The fingerprints of what is learned from, unless they are more than a file is given. */
  private static Seen seen(JavaRDD<Unit> units, long seed, double limit) {
    List<Integer> some =
        units
            .filter(unit -> unit.place(seed) >= limit)
            .mapPartitions(SparkLearning::prefixes)
            .distinct()
            .take(Seen.MOST + 1);
    SortedSet<Integer> prefixes = new TreeSet<>(Integer::compareUnsigned);
    prefixes.addAll(some);
    return new Seen(prefixes);
  }

  private static Iterator<Integer> prefixes(Iterator<Unit> units) {
    Set<String> beginnings = new TreeSet<>();
    units.forEachRemaining(
        unit -> {
          for (Passage passage : unit.passages()) {
            beginnings.add(Examples.beginning(passage));
          }
        });
    return Seen.of(beginnings).prefixes().iterator();
  }
}
