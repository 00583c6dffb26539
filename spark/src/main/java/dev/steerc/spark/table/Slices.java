package dev.steerc.spark.table;

import java.io.Serializable;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import scala.Tuple2;

/**
 * Rows in their order, with their numbers, cut into slices of the same size. A slice is a task's:
 * who else there is does not change it, nor does running it again.
 *
 * @param count how many rows there are
 * @param most how many of them a slice has; the last may have fewer
 */
public record Slices(JavaPairRDD<Long, Row> rows, long count, long most) {
  private static final int PER_CORE = 4;

  /** What an executor that dies costs at the most, for each of its cores. */
  private static final long MOST = 10_000;

  /**
   * The same rows in the same order, in enough partitions for all cores to have some, and for none
   * to have many. It reads the rows once to count them.
   */
  public static JavaRDD<Row> even(JavaRDD<Row> rows) {
    int tasks = PER_CORE * Math.max(1, rows.context().defaultParallelism());
    Slices numbered = numbered(rows);
    int partitions = rows.getNumPartitions();
    if (partitions >= tasks && numbered.count <= MOST * partitions) {
      return rows;
    }
    long most = Math.max(1, Math.min(MOST, (numbered.count + tasks - 1) / tasks));
    return new Slices(numbered.rows, numbered.count, most).cut().values();
  }

  /** Numbers rows and counts them, which reads them; all are one slice. */
  public static Slices numbered(JavaRDD<Row> rows) {
    JavaPairRDD<Long, Row> numbered = rows.map(Slices::bare).zipWithIndex().mapToPair(Tuple2::swap);
    long count = numbered.count();
    return new Slices(numbered, count, Math.max(1, count));
  }

  /** A row without the names of its columns, which need not travel with each. */
  private static Row bare(Row row) {
    Object[] cells = new Object[row.size()];
    for (int i = 0; i < cells.length; i++) {
      cells[i] = row.get(i);
    }
    return RowFactory.create(cells);
  }

  /** The slices, each a partition. */
  public JavaPairRDD<Long, Row> cut() {
    int slices = Math.toIntExact(Math.max(1, (count + most - 1) / most));
    return rows.repartitionAndSortWithinPartitions(new ByNumber(slices, most));
  }

  private static final class ByNumber extends Partitioner implements Serializable {
    private static final long serialVersionUID = 1L;
    private final int slices;
    private final long most;

    private ByNumber(int slices, long most) {
      this.slices = slices;
      this.most = most;
    }

    @Override
    public int numPartitions() {
      return slices;
    }

    @Override
    public int getPartition(Object number) {
      return (int) ((Long) number / most);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof ByNumber by && by.slices == slices && by.most == most;
    }

    @Override
    public int hashCode() {
      return slices;
    }
  }
}
