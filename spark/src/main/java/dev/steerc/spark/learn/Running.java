package dev.steerc.spark.learn;

import dev.steerc.plan.Site;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.capture.Fitting;
import dev.steerc.runtime.capture.Passage;
import dev.steerc.runtime.capture.Pooling;
import dev.steerc.runtime.capture.Reader;
import dev.steerc.runtime.capture.Tokens;
import dev.steerc.runtime.text.Tokenizer;
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
 * @param limit below which place a unit is held out
 */
record Running(
    Broadcast<Cargo> cargo,
    Costs costs,
    LinkedHashMap<Site, Integer> widths,
    Pooling pooling,
    boolean cuts,
    long seed,
    double limit,
    List<String> classes)
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
    private final Tokenizer tokenizer;
    private final Fitting fitting;
    private final Reader reader;

    Task(Running how, SteeredModel model, Clock clock) {
      this.how = how;
      this.clock = clock;
      this.tokenizer = model.tokenizerFor("the texts become tokens");
      this.fitting = Fitting.of(model, how.cuts);
      this.reader = new Reader(model, how.widths, how.pooling);
    }

    /** Runs the next units, a window of them at the most, in their order. */
    Iterator<Taught> run(Iterator<Unit> units) {
      List<Told> texts = new ArrayList<>();
      for (int i = 0; i < WINDOW && units.hasNext(); i++) {
        texts.addAll(told(units.next()));
      }
      Window window = new Window(List.copyOf(how.widths.keySet()), texts);
      reader.run(texts.stream().map(Told::tokens).toList(), window);
      clock.count(texts.size(), 0, window.tokens(), 0);
      return window.done().iterator();
    }

    private List<Told> told(Unit unit) {
      boolean heldOut = unit.place(how.seed) < how.limit;
      List<Told> told = new ArrayList<>();
      for (int i = 0; i < unit.passages().size(); i++) {
        Passage passage = unit.passages().get(i);
        Tokens given = Tokens.of(passage, tokenizer);
        Tokens text = fitting.fit(given);
        int of = unit.isPair() ? 1 - i : how.classes.indexOf(unit.label());
        boolean begun = !passage.prompt().isEmpty();
        told.add(new Told(unit.firstText() - 1 + i, of, heldOut, text, text != given, begun));
      }
      return told;
    }
  }
}
