package dev.steerc.spark.capture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.manifest.Json;
import dev.steerc.models.demo.DemoModel;
import dev.steerc.plan.Layers;
import dev.steerc.plan.Site;
import dev.steerc.runtime.ModelOptions;
import dev.steerc.runtime.Provider;
import dev.steerc.runtime.capture.Activations;
import dev.steerc.runtime.capture.Capture;
import dev.steerc.runtime.capture.Passage;
import dev.steerc.runtime.capture.Pooling;
import dev.steerc.runtime.capture.Progress;
import dev.steerc.runtime.capture.Tapped;
import dev.steerc.runtime.capture.Texts;
import dev.steerc.spark.LocalCluster;
import dev.steerc.spark.ship.Location;
import dev.steerc.spark.table.HaltingFiles;
import dev.steerc.spark.table.Result;
import dev.steerc.spark.table.Table;
import dev.steerc.spark.table.TableFormat;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(LocalCluster.class)
class CaptureJobTest {
  private static final List<String> WORDS = List.of("resid_post", "1.mlp_out");
  private static final List<Passage> PASSAGES = passages();

  @TempDir private static Path models;
  private static Path model;

  @TempDir private Path folder;

  @BeforeAll
  static void unpack() throws Exception {
    model = DemoModel.unpack(models.resolve("demo")).model();
  }

  private static List<Passage> passages() {
    List<Passage> all = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      String more = " and the dog".repeat(i % 7);
      all.add(new Passage(i % 2 == 0 ? "" : "Tom said", " the cat was number " + i + more + "."));
    }
    return all;
  }

  private static CaptureJob job(Pooling pooling, boolean cuts) {
    Taps taps = new Taps(WORDS, "all", Provider.CPU);
    return new CaptureJob(Location.parse(model.toString()), taps, pooling, Table.TEXT, cuts);
  }

  private Path jsonLines() throws Exception {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < PASSAGES.size(); i++) {
      Passage passage = PASSAGES.get(i);
      lines.add(
          Json.write(
              Json.object(
                  "number", i, "prompt", passage.prompt(), "completion", passage.completion())));
    }
    return Files.write(folder.resolve("texts.jsonl"), lines);
  }

  private Activations alone(Pooling pooling) {
    Path acts = folder.resolve("alone");
    ModelOptions options = ModelOptions.DEFAULT.threads(1);
    try (Tapped tapped = Tapped.open(model, WORDS, Layers.parse("all"), options)) {
      Texts texts = Texts.of(PASSAGES, tapped.model().tokenizer().orElseThrow());
      Capture.of(tapped.model(), Set.copyOf(tapped.sites()), pooling)
          .into(acts, texts, Progress.NONE);
    }
    return Activations.open(acts);
  }

  private CaptureJob.Done run(CaptureJob job, Path input, String output) {
    return job.table(
        LocalCluster.session(),
        new Table(input.toString(), Optional.empty()),
        new Result(folder.resolve(output).toString(), false),
        TableFormat.PARQUET);
  }

  private List<Row> rows(String output) {
    return LocalCluster.session()
        .read()
        .parquet(folder.resolve(output).toString())
        .sort("number")
        .collectAsList();
  }

  @ParameterizedTest
  @EnumSource(Pooling.class)
  void rowsAreThoseOfOneMachineBitForBit(Pooling pooling) throws Exception {
    run(job(pooling, false), jsonLines(), "acts");
    List<Row> rows = rows("acts");
    Activations alone = alone(pooling);
    assertThat(alone.texts().toArray())
        .isEqualTo(rows.stream().mapToLong(row -> row.getAs("number")).toArray());
    for (Site site : alone.sites()) {
      alone
          .rows(site)
          .forEach(
              (index, values) -> {
                List<Float> there =
                    rows.get((int) index).getList(rows.get(0).fieldIndex(column(site)));
                for (int i = 0; i < values.length; i++) {
                  assertThat(there.get(i)).as(site + " " + index).isEqualTo(values[i]);
                }
              });
    }
  }

  @ParameterizedTest
  @EnumSource(Pooling.class)
  void shardsAreThoseOfOneMachineByteForByte(Pooling pooling) throws Exception {
    Path shards = folder.resolve("shards");
    job(pooling, false)
        .shards(
            LocalCluster.session(),
            new Table(jsonLines().toString(), Optional.empty()),
            new Result(shards.toUri().toString(), false));
    alone(pooling);
    for (String name : List.of("capture.json", "activations-00000.safetensors")) {
      assertThat(shards.resolve(name))
          .hasSameBinaryContentAs(folder.resolve("alone").resolve(name));
    }
    assertThat(shards).isDirectoryNotContaining("glob:**_temporary");
    assertThat(Activations.open(shards).count()).isEqualTo(PASSAGES.size());
  }

  @Test
  void rowsThatCannotBeRunSaySo() throws Exception {
    String endless = "the cat ".repeat(200);
    Path csv = folder.resolve("t.csv");
    Files.writeString(csv, "number,text\n1,\"the\ncat\"\n2,\n3," + endless + "\n4,the cat\n");
    CaptureJob.Done done = run(job(Pooling.MEAN, false), csv, "acts");
    List<Row> rows = rows("acts");
    List<String> codes = new ArrayList<>();
    for (Row row : rows) {
      Row problem = row.getAs(CaptureColumns.PROBLEM);
      codes.add(problem == null ? "" : problem.getAs("code"));
      assertThat(row.<Object>getAs("blocks_1_mlp_out") == null).isEqualTo(problem != null);
    }
    assertThat(codes).containsExactly("", "bad-texts", "prompt-too-long", "");
    assertThat(done.note().failed()).isEqualTo(2);
    assertThat(done.costs().costs().values().stream().mapToLong(cost -> cost.rows()).sum())
        .isEqualTo(4);
    CaptureNote note =
        CaptureNote.read(
            LocalCluster.session().sessionState().newHadoopConf(),
            folder.resolve("acts").toString());
    assertThat(note).isEqualTo(done.note());
  }

  @Test
  void anExecutorThatDiesLosesAndDoublesNothing() throws Exception {
    for (String kind : List.of("table", "shards")) {
      Path marker = folder.resolve(kind + ".halted");
      HaltingFiles.register(LocalCluster.session().sparkContext().hadoopConfiguration(), marker);
      Table table = new Table(jsonLines().toString(), Optional.empty());
      Result result = new Result("halting://" + folder.resolve(kind), false);
      if (kind.equals("table")) {
        job(Pooling.LAST, false).table(LocalCluster.session(), table, result, TableFormat.PARQUET);
      } else {
        job(Pooling.LAST, false).shards(LocalCluster.session(), table, result);
      }
      assertThat(marker).exists();
    }
    assertThat(rows("table").stream().map(row -> row.<Long>getAs("number")))
        .containsExactlyElementsOf(LongStream.range(0, PASSAGES.size()).boxed().toList());
    alone(Pooling.LAST);
    assertThat(folder.resolve("shards/activations-00000.safetensors"))
        .hasSameBinaryContentAs(folder.resolve("alone/activations-00000.safetensors"));
    assertThat(Activations.open(folder.resolve("shards")).count()).isEqualTo(PASSAGES.size());
  }

  private static String column(Site site) {
    return CaptureColumns.column(site.path());
  }
}
