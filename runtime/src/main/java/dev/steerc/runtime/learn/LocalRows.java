package dev.steerc.runtime.learn;

import dev.steerc.runtime.capture.Rows;

/** Rows with labels on this machine. The same give the same bytes, on any number of threads. */
public record LocalRows(Rows rows, Labels labels) implements LabelledRows {

  public LocalRows {
    if (rows.count() != labels.count()) {
      throw new IllegalArgumentException(rows.count() + " rows, " + labels.count() + " labels");
    }
  }

  @Override
  public int width() {
    return rows.width();
  }

  @Override
  public int classes() {
    return labels.classes();
  }

  @Override
  public boolean paired() {
    return labels.paired();
  }

  @Override
  public double[] sum(Part part, int size, Pass pass) {
    return stretch().sum(part, size, pass);
  }

  @Override
  public double[] each(Part part, int size, Reading reading) {
    return stretch().each(part, size, reading);
  }

  @Override
  public LocalRows here() {
    return this;
  }

  private Stretch stretch() {
    return new Stretch(
        width(),
        visitor ->
            rows.forEach(
                (index, values) -> {
                  int row = (int) index;
                  visitor.row(row, labels.of()[row], labels.heldOut().get(row), values);
                }));
  }
}
