package dev.steerc.runtime.capture;

/** Activations at one site, row by row, which can be gone through again and again. */
public interface Rows {

  /** Takes a row. */
  interface Visitor {
    /**
     * Hears of the next row.
     *
     * @param values [width], valid during the call only
     */
    void row(long index, float[] values);
  }

  /** The elements of a row: the width of the stream. */
  int width();

  /** The number of rows. */
  long count();

  /** Goes through all rows from the first to the last. */
  void forEach(Visitor visitor);

  /** Rows that are in memory. */
  static Rows of(int width, float[]... rows) {
    return new Rows() {
      @Override
      public int width() {
        return width;
      }

      @Override
      public long count() {
        return rows.length;
      }

      @Override
      public void forEach(Visitor visitor) {
        for (int i = 0; i < rows.length; i++) {
          visitor.row(i, rows[i].clone());
        }
      }
    };
  }
}
