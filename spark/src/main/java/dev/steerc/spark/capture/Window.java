package dev.steerc.spark.capture;

import dev.steerc.problem.SteercException;
import dev.steerc.runtime.capture.Pooled;
import dev.steerc.runtime.capture.Reader;
import dev.steerc.runtime.capture.Tokens;
import dev.steerc.spark.cost.Clock;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;

/** Some rows that are in memory together, so that those of one length can run together. */
final class Window implements Reader.Taker {
  private final CaptureRows form;
  private final List<Row> rows = new ArrayList<>();
  private final List<List<Row>> done = new ArrayList<>();
  private final List<Tokens> texts = new ArrayList<>();
  private final List<Integer> rowOf = new ArrayList<>();
  private long failed;
  private long tokens;

  Window(CaptureRows form) {
    this.form = form;
  }

  int size() {
    return rows.size();
  }

  void add(Row row, Tokens text) {
    rowOf.add(rows.size());
    texts.add(text);
    rows.add(row);
    done.add(List.of());
  }

  /** Takes a row that cannot be run. */
  void add(Row row, SteercException why) {
    rows.add(row);
    done.add(List.of(form.of(row, why)));
    failed++;
  }

  /** The rows of the output, in the order of the input. */
  List<Row> run(Reader reader, Clock clock) {
    reader.run(texts, this);
    clock.count(rows.size(), failed, tokens, 0);
    List<Row> all = new ArrayList<>();
    done.forEach(all::addAll);
    return all;
  }

  @Override
  public void rows(int index, Pooled pooled) {
    int row = rowOf.get(index);
    done.set(row, form.of(rows.get(row), texts.get(index), pooled));
    tokens += texts.get(index).ids().length;
  }

  @Override
  public void failed(int index, SteercException why) {
    int row = rowOf.get(index);
    done.set(row, List.of(form.of(rows.get(row), why)));
    failed++;
  }
}
