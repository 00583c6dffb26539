package dev.steerc.spark.capture;

import dev.steerc.plan.Site;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.capture.Fitting;
import dev.steerc.runtime.capture.Passage;
import dev.steerc.runtime.capture.Reader;
import dev.steerc.runtime.capture.Tokens;
import dev.steerc.runtime.text.Tokenizer;
import dev.steerc.spark.cost.Clock;
import dev.steerc.spark.ship.Executor;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Row;

/** A partition's rows with their arrays, in their order; some hundred at a time are in memory. */
record CaptureTask(CapturePlan plan) implements FlatMapFunction<Iterator<Row>, Row> {
  private static final int MOST_TEXTS = 1024;
  private static final long MOST_BYTES = 64 << 20;

  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    Executor.Lease lease = Executor.forTask(plan.cargo().value());
    return new Windows(lease.model(), rows, Clock.forTask(plan.costs()));
  }

  private final class Windows implements Iterator<Row> {
    private final Iterator<Row> input;
    private final Clock clock;
    private final Tokenizer tokenizer;
    private final Fitting fitting;
    private final Reader reader;
    private final CaptureRows form;
    private final long token;
    private Iterator<Row> ready = List.<Row>of().iterator();

    private Windows(SteeredModel model, Iterator<Row> input, Clock clock) {
      this.input = input;
      this.clock = clock;
      this.tokenizer = model.tokenizerFor("the texts become tokens");
      this.fitting = Fitting.of(model, plan.cuts());
      Map<Site, Integer> widths = widths(model);
      this.reader = new Reader(model, widths, plan.columns().pooling());
      this.form = new CaptureRows(plan, List.copyOf(widths.keySet()));
      this.token = widths.values().stream().mapToLong(width -> 4L * width).sum();
    }

    /** The sites in the order of the columns. */
    private Map<Site, Integer> widths(SteeredModel model) {
      Map<String, Site> taps =
          model.ports().taps().keySet().stream()
              .collect(Collectors.toMap(Site::path, site -> site));
      Map<Site, Integer> widths = new LinkedHashMap<>();
      plan.columns().widths().forEach((path, width) -> widths.put(taps.get(path), width));
      return widths;
    }

    @Override
    public boolean hasNext() {
      while (!ready.hasNext() && input.hasNext()) {
        ready = window().iterator();
      }
      return ready.hasNext();
    }

    @Override
    public Row next() {
      hasNext();
      return ready.next();
    }

    private List<Row> window() {
      Window window = new Window(form);
      long bytes = 0;
      while (input.hasNext() && window.size() < MOST_TEXTS && bytes < MOST_BYTES) {
        Row row = input.next();
        try {
          Passage passage = plan.passages().of(row);
          bytes += (long) Character.BYTES * passage.text().length();
          Tokens text = text(passage);
          window.add(row, text);
          bytes += token * reader.pooling().rows(text);
        } catch (SteercException e) {
          window.add(row, e);
        }
      }
      return window.run(reader, clock);
    }

    private Tokens text(Passage passage) {
      Tokens given = Tokens.of(passage, tokenizer);
      fitting
          .problem("the text", given)
          .ifPresent(
              problem -> {
                throw problem.exception();
              });
      Tokens text = fitting.fit(given);
      plan.cut().add(text == given ? 0 : 1);
      return text;
    }
  }
}
