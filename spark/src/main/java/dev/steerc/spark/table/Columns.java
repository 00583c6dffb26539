package dev.steerc.spark.table;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * The columns of a table, which are looked at before the work.
 *
 * @param path where the table is, as problems say it
 */
public record Columns(String path, StructType schema) {

  /** Where a column is; empty when there is none of that name. */
  public Optional<Integer> find(String name) {
    String[] names = schema.fieldNames();
    for (int i = 0; i < names.length; i++) {
      if (names[i].equalsIgnoreCase(name)) {
        return Optional.of(i);
      }
    }
    return Optional.empty();
  }

  /**
   * The same of a column with one of some types.
   *
   * @throws SteercException when it is there and has another type
   */
  public Optional<Integer> find(String name, DataType... types) {
    Optional<Integer> at = find(name);
    if (at.isPresent() && !List.of(types).contains(schema.fields()[at.get()].dataType())) {
      DataType there = schema.fields()[at.get()].dataType();
      List<String> wanted = Arrays.stream(types).map(DataType::simpleString).toList();
      throw unreadable("column `" + name + "` has another type than it should")
          .note("it is " + there.simpleString() + ", not " + String.join(" or ", wanted))
          .help("give it that type, or rename it")
          .exception();
    }
    return at;
  }

  /** The problem of a table that lacks a column. */
  public SteercException lacks(String what) {
    return unreadable("the table has no column " + what)
        .note(names().isEmpty() ? "it has none" : "its columns are " + String.join(", ", names()))
        .help("rename one of them")
        .exception();
  }

  private List<String> names() {
    return Arrays.stream(schema.fieldNames()).filter(name -> !name.equals(Table.CORRUPT)).toList();
  }

  private Problem unreadable(String what) {
    return Problem.of(Code.ROWS_UNREADABLE, what).at(path);
  }

  /**
   * These columns, without that of corrupt lines, and others behind them.
   *
   * @throws SteercException naming those that are there already
   */
  public StructType with(List<StructField> others) {
    List<String> taken =
        others.stream().map(StructField::name).filter(name -> find(name).isPresent()).toList();
    if (!taken.isEmpty()) {
      throw unreadable("the table has columns that the output adds: " + String.join(", ", taken))
          .help("rename or drop them")
          .exception();
    }
    List<StructField> all = new ArrayList<>();
    for (StructField field : schema.fields()) {
      if (!field.name().equals(Table.CORRUPT)) {
        all.add(field);
      }
    }
    all.addAll(others);
    return new StructType(all.toArray(StructField[]::new));
  }
}
