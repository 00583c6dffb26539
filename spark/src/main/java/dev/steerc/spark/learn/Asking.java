package dev.steerc.spark.learn;

import dev.steerc.spark.capture.CaptureColumns;
import dev.steerc.spark.ship.Cargo;
import dev.steerc.spark.ship.Executor;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.PairFlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import scala.Tuple2;

/** The texts of a partition by what tells each from others, to find their activations. */
record Asking(Broadcast<Cargo> cargo, Telling telling)
    implements PairFlatMapFunction<Iterator<Unit>, String, Taught> {

  @Override
  public Iterator<Tuple2<String, Taught>> call(Iterator<Unit> units) {
    Teller teller = Teller.of(telling, Executor.forTask(cargo.value()).model());
    List<Tuple2<String, Taught>> texts = new ArrayList<>();
    units.forEachRemaining(
        unit -> {
          for (Told told : teller.told(unit)) {
            String id = CaptureColumns.id(told.tokens());
            texts.add(new Tuple2<>(id, Taught.waiting(told)));
          }
        });
    return texts.iterator();
  }
}
