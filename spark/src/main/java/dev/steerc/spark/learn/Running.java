package dev.steerc.spark.learn;

import dev.steerc.plan.Site;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.capture.Pooling;
import dev.steerc.runtime.capture.Reader;
import dev.steerc.spark.cost.Clock;
import dev.steerc.spark.cost.Costs;
import dev.steerc.spark.ship.Cargo;
import dev.steerc.spark.ship.Executor;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;

/**
 * Runs the texts of a partition. Those that run together have the same number of tokens, so that
 * nothing is padded and no row depends on what else is in the partition.
 *
 * @param widths the elements of a row by site, in the order of the model
 */
record Running(
    Broadcast<Cargo> cargo,
    Costs costs,
    LinkedHashMap<Site, Integer> widths,
    Pooling pooling,
    Telling telling)
    implements FlatMapFunction<Iterator<Unit>, Taught> {
  private static final int WINDOW = 128;

  @Override
  public Iterator<Taught> call(Iterator<Unit> units) {
    Clock clock = Clock.forTask(costs);
    Task task = new Task(this, Executor.forTask(cargo.value()).model(), clock);
    return new Iterator<>() {
      private Iterator<Taught> ready = List.<Taught>of().iterator();

      @Override
      public boolean hasNext() {
        if (!ready.hasNext() && units.hasNext()) {
          ready = task.run(units);
        }
        return ready.hasNext();
      }

      @Override
      public Taught next() {
        hasNext();
        return ready.next();
      }
    };
  }

  /** One partition's work. */
  private static final class Task {
    private final Running how;
    private final Clock clock;
    private final Teller teller;
    private final Reader reader;

    Task(Running how, SteeredModel model, Clock clock) {
      this.how = how;
      this.clock = clock;
      this.teller = Teller.of(how.telling, model);
      this.reader = new Reader(model, how.widths, how.pooling);
    }

    /** Runs the next units, a window of them at the most, in their order. */
    Iterator<Taught> run(Iterator<Unit> units) {
      List<Told> texts = new ArrayList<>();
      for (int i = 0; i < WINDOW && units.hasNext(); i++) {
        texts.addAll(teller.told(units.next()));
      }
      Window window = new Window(List.copyOf(how.widths.keySet()), texts);
      reader.run(texts.stream().map(Told::tokens).toList(), window);
      clock.count(texts.size(), 0, window.tokens(), 0);
      return window.done().iterator();
    }
  }
}
