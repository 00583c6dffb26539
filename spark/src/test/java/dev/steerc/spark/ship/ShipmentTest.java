package dev.steerc.spark.ship;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.steerc.problem.Code;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.Provider;
import dev.steerc.spark.LocalCluster;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LocalCluster.class)
class ShipmentTest {
  private static final Path GRAPHS = LocalCluster.root().resolve("testdata/graphs");

  @TempDir private Path folder;

  private Path copy(String name) throws Exception {
    return Files.copy(GRAPHS.resolve(name + ".onnx"), folder.resolve(name + ".onnx"));
  }

  private Set<Sighting.Seen> seen(Location location) {
    Shipment shipment = Shipment.of(location, folder.resolve("driver"));
    Cargo cargo = new Cargo(shipment, Vectors.NONE, new Opening.AsItIs(Provider.CPU, false));
    return seen(cargo);
  }

  private static Set<Sighting.Seen> seen(Cargo cargo) {
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(session());
    List<Integer> tasks = IntStream.range(0, 8).boxed().toList();
    return new HashSet<>(
        spark.parallelize(tasks, tasks.size()).map(new Sighting(spark.broadcast(cargo))).collect());
  }

  private static org.apache.spark.SparkContext session() {
    return LocalCluster.session().sparkContext();
  }

  @Test
  void eachExecutorOpensTheModelOnce() throws Exception {
    Set<Sighting.Seen> seen = seen(new Location.Shared(copy("withpast").toString()));
    assertThat(seen).hasSize(2).allMatch(one -> one.vocabulary() == 96);
    assertThat(seen.stream().map(Sighting.Seen::process))
        .doesNotContain(ProcessHandle.current().pid());
    assertThat(seen.stream().map(Sighting.Seen::process).distinct()).hasSize(2);
    assertThat(seen.stream().map(Sighting.Seen::base).distinct()).hasSize(1);
  }

  @Test
  void aModelWithDataBesideItComesFromAStore() throws Exception {
    Path model = copy("external");
    Files.copy(GRAPHS.resolve("external.onnx_data"), folder.resolve("external.onnx_data"));
    assertThat(seen(Location.parse(model.toUri().toString()))).hasSize(2);
  }

  @Test
  void aListedFileIsTheOneThatSparkBrought() throws Exception {
    // executors that start later, in other tests, fetch it too
    session().addFile(GRAPHS.resolve("one-block.onnx").toString());
    assertThat(seen(Location.parse("files:one-block.onnx"))).hasSize(2);
  }

  @Test
  void anotherModelInTheSamePlaceIsRefused() throws Exception {
    Path model = copy("withpast");
    Shipment shipment = Shipment.of(new Location.Shared(model.toString()), folder);
    Files.delete(model);
    Files.copy(GRAPHS.resolve("one-block.onnx"), model);
    Cargo cargo = new Cargo(shipment, Vectors.NONE, new Opening.AsItIs(Provider.CPU, false));
    assertThat(problem(catchThrowable(() -> seen(cargo)))).isEqualTo(Code.MODEL_DIFFERS);
  }

  @Test
  void aModelThatOnlyTheDriverHasIsRefused() throws Exception {
    Path model = copy("withpast");
    Shipment shipment = Shipment.of(new Location.Shared(model.toString()), folder);
    Files.delete(model);
    Cargo cargo = new Cargo(shipment, Vectors.NONE, new Opening.AsItIs(Provider.CPU, false));
    assertThat(problem(catchThrowable(() -> seen(cargo)))).isEqualTo(Code.MODEL_NOT_THERE);
  }

  @Test
  void noModelAtAllIsTheDriversProblem() {
    Location nowhere = new Location.Shared(folder.resolve("none.onnx").toString());
    assertThat(problem(catchThrowable(() -> Shipment.of(nowhere, folder))))
        .isEqualTo(Code.MODEL_NOT_THERE);
  }

  /** An executor's problem comes to the driver within what Spark says. */
  private static Code problem(Throwable thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof SteercException known) {
        return known.problems().get(0).code();
      }
    }
    throw new AssertionError("no problem of steerc's", thrown);
  }
}
