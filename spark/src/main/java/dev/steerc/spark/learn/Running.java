package dev.steerc.spark.learn;

import dev.steerc.plan.Site;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.capture.Fit;
import dev.steerc.runtime.capture.Pooled;
import dev.steerc.runtime.capture.Pooling;
import dev.steerc.runtime.capture.Tokens;
import dev.steerc.runtime.format.Floats;
import dev.steerc.spark.cost.Clock;
import dev.steerc.spark.cost.Costs;
import dev.steerc.spark.ship.Cargo;
import dev.steerc.spark.ship.Executor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;

/**
 * Runs the texts of a partition. Those that run together have the same number of tokens, so that
 * nothing is padded and no row depends on what else is in the partition.
 *
 * @param limit below which place a unit is held out
 */
record Running(
    Broadcast<Cargo> cargo,
    Costs costs,
    List<Site> sites,
    Pooling pooling,
    boolean cuts,
    long seed,
    double limit,
    List<String> classes)
    implements FlatMapFunction<Iterator<Unit>, Taught> {
  private static final int WINDOW = 128;
  private static final int TOGETHER = 32;

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
  private record Task(Running how, SteeredModel model, Clock clock) {

    /** Runs the next units, a window of them at the most, in their order. */
    Iterator<Taught> run(Iterator<Unit> units) {
      List<Told> texts = new ArrayList<>();
      for (int i = 0; i < WINDOW && units.hasNext(); i++) {
        texts.addAll(told(units.next()));
      }
      Taught[] done = new Taught[texts.size()];
      for (List<Integer> batch : batches(texts)) {
        run(batch, texts, done);
      }
      long tokens = Arrays.stream(done).mapToLong(Taught::tokens).sum();
      clock.count(done.length, 0, tokens, 0);
      return Arrays.asList(done).iterator();
    }

    private List<Told> told(Unit unit) {
      Fit fit = Fit.of(model, how.cuts);
      boolean heldOut = unit.place(how.seed) < how.limit;
      List<Told> told = new ArrayList<>();
      for (int i = 0; i < unit.passages().size(); i++) {
        Tokens given = Tokens.of(unit.passages().get(i), model.tokenizer().orElseThrow());
        Tokens text = fit.fitting(given);
        int of = unit.isPair() ? 1 - i : how.classes.indexOf(unit.label());
        boolean begun = !unit.passages().get(i).prompt().isEmpty();
        told.add(new Told(unit.firstText() - 1 + i, of, heldOut, text, text != given, begun));
      }
      return told;
    }

    private static List<List<Integer>> batches(List<Told> texts) {
      Map<Integer, List<Integer>> byLength = new TreeMap<>();
      for (int i = 0; i < texts.size(); i++) {
        int length = texts.get(i).tokens().ids().length;
        byLength.computeIfAbsent(length, any -> new ArrayList<>()).add(i);
      }
      List<List<Integer>> batches = new ArrayList<>();
      for (List<Integer> alike : byLength.values()) {
        for (int from = 0; from < alike.size(); from += TOGETHER) {
          batches.add(alike.subList(from, Math.min(alike.size(), from + TOGETHER)));
        }
      }
      return batches;
    }

    private void run(List<Integer> batch, List<Told> texts, Taught[] done) {
      List<Prompt> prompts =
          batch.stream().map(i -> Prompt.ofIds(texts.get(i).tokens().ids())).toList();
      List<Map<Site, Floats>> activations = model.activations(prompts, Set.copyOf(how.sites));
      for (int i = 0; i < batch.size(); i++) {
        Told text = texts.get(batch.get(i));
        done[batch.get(i)] =
            Taught.of(text, Pooled.of(text.tokens(), how.pooling, how.sites, activations.get(i)));
      }
    }
  }
}
