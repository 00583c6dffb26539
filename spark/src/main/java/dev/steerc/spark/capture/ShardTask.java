package dev.steerc.spark.capture;

import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.capture.Fitting;
import dev.steerc.runtime.capture.Shards;
import dev.steerc.runtime.capture.Tokens;
import dev.steerc.runtime.text.Tokenizer;
import dev.steerc.spark.cost.Clock;
import dev.steerc.spark.ship.Executor;
import dev.steerc.spark.table.Attempt;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.VoidFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.util.SerializableConfiguration;
import scala.Tuple2;

/**
 * Writes the file of a slice of rows. Its bytes depend on nothing but these, so that of two tasks
 * that write the same one either may win.
 *
 * @param contents the text of {@code capture.json}
 * @param folder where the files are
 */
record ShardTask(
    CapturePlan plan, String contents, String folder, Broadcast<SerializableConfiguration> hadoop)
    implements VoidFunction<Iterator<Tuple2<Long, Row>>> {

  @Override
  public void call(Iterator<Tuple2<Long, Row>> rows) {
    Clock clock = Clock.forTask(plan.costs());
    SteeredModel model = Executor.forTask(plan.cargo().value()).model();
    List<Tokens> texts = texts(rows, model);
    Shards shards = Shards.parse(contents);
    int index = TaskContext.getPartitionId();
    byte[] bytes = shards.run(model, index, texts);
    new Attempt(folder, shards.name(index)).write(hadoop.value().value(), bytes);
    clock.count(texts.size(), 0, texts.stream().mapToLong(text -> text.ids().length).sum(), 0);
  }

  private List<Tokens> texts(Iterator<Tuple2<Long, Row>> rows, SteeredModel model) {
    Tokenizer tokenizer = model.tokenizerFor("the texts become tokens");
    Fitting fitting = Fitting.of(model, plan.cuts());
    List<Tokens> texts = new ArrayList<>();
    rows.forEachRemaining(
        row -> texts.add(fitting.fit(Tokens.of(plan.passages().of(row._2()), tokenizer))));
    return texts;
  }
}
