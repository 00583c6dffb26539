package dev.steerc.spark.generate;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.bulk.Fields;
import dev.steerc.runtime.bulk.Outcome;
import dev.steerc.runtime.bulk.Task;
import dev.steerc.runtime.text.Lines;
import dev.steerc.spark.table.Columns;
import dev.steerc.spark.table.Table;
import java.io.Serializable;
import java.time.temporal.Temporal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import scala.jdk.javaapi.CollectionConverters;

/**
 * A table of prompts, and the table that results make of it: its columns, and theirs behind them.
 *
 * @param table the columns that come in
 * @param fields which of them say what
 */
record Prompts(StructType table, Fields fields) implements Serializable {
  private static final String SEED = "seed";
  private static final StructType PROBLEM =
      new StructType()
          .add("code", DataTypes.StringType, false)
          .add("message", DataTypes.StringType, false);
  private static final StructType RESULT =
      new StructType()
          .add("text", DataTypes.StringType, false)
          .add("tokens", DataTypes.createArrayType(DataTypes.LongType, false), false)
          .add("prompt_tokens", DataTypes.IntegerType, false)
          .add("finish_reason", DataTypes.StringType, false)
          .add(SEED, DataTypes.LongType)
          .add("receipt", DataTypes.StringType)
          .add("problem", PROBLEM);

  /**
   * Looks at the columns of a table.
   *
   * @throws dev.steerc.problem.SteercException when none has prompts
   */
  static Prompts of(Columns columns, Fields fields) {
    if (columns.find(fields.prompt()).isEmpty() && columns.find(Fields.IDS).isEmpty()) {
      throw columns.lacks("`" + fields.prompt() + "` or `" + Fields.IDS + "`");
    }
    return new Prompts(columns.schema(), fields);
  }

  /**
   * What a row asks for.
   *
   * @throws dev.steerc.problem.SteercException when it cannot be understood
   */
  Task task(Row row) {
    Map<String, Object> values = new HashMap<>();
    for (int i = 0; i < table.size(); i++) {
      values.put(fields.spelt(table.fields()[i].name()), value(row.get(i)));
    }
    if (values.get(Table.CORRUPT) instanceof String broken) {
      throw Problem.of(Code.BAD_ROW, "the line cannot be understood")
          .note(Lines.shown(broken))
          .exception();
    }
    return fields.task(values);
  }

  /** What a value is in JSON, as far as that matters to a prompt. */
  private static Object value(Object value) {
    if (value instanceof scala.collection.Seq<?> list) {
      return CollectionConverters.asJava(list);
    }
    boolean isTime = value instanceof Date || value instanceof Temporal;
    return isTime ? value.toString() : value;
  }

  /** The columns of the result. */
  StructType schema() {
    List<StructField> all = new ArrayList<>();
    for (int column : kept()) {
      StructField field = table.fields()[column];
      all.add(
          isTaken(field.name())
              ? DataTypes.createStructField(aside(field.name()), field.dataType(), true)
              : field);
    }
    all.addAll(Arrays.asList(RESULT.fields()));
    return new StructType(all.toArray(StructField[]::new));
  }

  /** The row of a result. */
  Row row(Row row, Outcome outcome) {
    List<Object> all = new ArrayList<>();
    for (int column : kept()) {
      all.add(row.get(column));
    }
    all.add(outcome.text());
    all.add(outcome.tokens());
    all.add(outcome.promptTokens());
    all.add(outcome.reason().label());
    all.add(outcome.seed().isPresent() ? (Long) outcome.seed().getAsLong() : seed(row));
    all.add(outcome.receiptText().orElse(null));
    all.add(
        outcome
            .problem()
            .map(p -> RowFactory.create(p.code().slug(), outcome.problemText().orElseThrow()))
            .orElse(null));
    return RowFactory.create(all.toArray());
  }

  /** The seed of a row that could not be read otherwise. */
  private Long seed(Row row) {
    return IntStream.range(0, table.size())
        .filter(i -> table.fieldNames()[i].equalsIgnoreCase(SEED))
        .mapToObj(row::get)
        .filter(value -> value instanceof Long || value instanceof Integer)
        .map(value -> ((Number) value).longValue())
        .findFirst()
        .orElse(null);
  }

  /** The columns that come out again; the seed does as the result's. */
  private int[] kept() {
    String[] names = table.fieldNames();
    return IntStream.range(0, names.length)
        .filter(i -> !names[i].equalsIgnoreCase(SEED) && !names[i].equals(Table.CORRUPT))
        .toArray();
  }

  private String aside(String name) {
    List<String> names = List.of(table.fieldNames());
    return Fields.aside(name, other -> names.stream().anyMatch(other::equalsIgnoreCase));
  }

  private static boolean isTaken(String name) {
    return Arrays.stream(RESULT.fieldNames()).anyMatch(name::equalsIgnoreCase);
  }
}
