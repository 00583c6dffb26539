package dev.steerc.spark.capture;

import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.capture.Fitting;
import dev.steerc.runtime.capture.Survey;
import dev.steerc.runtime.capture.Tokens;
import dev.steerc.runtime.text.Tokenizer;
import dev.steerc.spark.ship.Executor;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Row;
import scala.Tuple2;

/** Looks at the texts of a partition, and runs none. */
record ShardSurvey(CapturePlan plan)
    implements FlatMapFunction<Iterator<Tuple2<Long, Row>>, Survey> {

  @Override
  public Iterator<Survey> call(Iterator<Tuple2<Long, Row>> rows) {
    SteeredModel model = Executor.forTask(plan.cargo().value()).model();
    Tokenizer tokenizer = model.tokenizerFor("the texts become tokens");
    Fitting fitting = Fitting.of(model, plan.cuts());
    Survey all = Survey.NONE;
    while (rows.hasNext()) {
      Tuple2<Long, Row> row = rows.next();
      all = all.plus(survey(row._1(), row._2(), tokenizer, fitting));
    }
    return List.of(all).iterator();
  }

  private Survey survey(long index, Row row, Tokenizer tokenizer, Fitting fitting) {
    try {
      Tokens text = Tokens.of(plan.passages().of(row), tokenizer);
      return Survey.of(index, text, plan.columns().pooling(), fitting);
    } catch (SteercException e) {
      Problem problem = e.problems().get(0);
      return Survey.of(
          Problem.of(problem.code(), "text " + (index + 1) + ": " + problem.what())
              .help("leave it out, or write parquet, where such rows say so themselves"));
    }
  }
}
