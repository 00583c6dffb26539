package dev.steerc.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.steerc.manifest.Json;
import dev.steerc.models.corpus.Concept;
import dev.steerc.models.corpus.Pair;
import dev.steerc.plan.Layers;
import dev.steerc.plan.Site;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.ModelOptions;
import dev.steerc.runtime.Provider;
import dev.steerc.runtime.capture.Capture;
import dev.steerc.runtime.capture.Pooling;
import dev.steerc.runtime.capture.Progress;
import dev.steerc.runtime.capture.Tapped;
import dev.steerc.runtime.format.Safetensors;
import dev.steerc.runtime.learn.Contrasts;
import dev.steerc.runtime.learn.Examples;
import dev.steerc.runtime.learn.Form;
import dev.steerc.runtime.learn.Labelled;
import dev.steerc.runtime.learn.Learning;
import dev.steerc.runtime.learn.Lesson;
import dev.steerc.runtime.learn.Method;
import dev.steerc.spark.capture.Taps;
import dev.steerc.spark.learn.LearnJob;
import dev.steerc.spark.ship.Location;
import dev.steerc.spark.table.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What two executors learn is what one machine learns. */
@ExtendWith(LocalCluster.class)
class LearnTest {
  private static final Path DEMO = LocalCluster.root().resolve("models/demo/model.onnx");
  private static final double CLOSE = 1e-5;
  private static final List<String> WORDS = List.of("resid_mid");
  private static final String LAYERS = "1,3";

  private static Tapped here;

  @TempDir private Path folder;

  @BeforeAll
  static void open() {
    here = Tapped.open(DEMO, WORDS, Layers.parse(LAYERS), ModelOptions.DEFAULT.threads(1));
  }

  @AfterAll
  static void close() {
    here.close();
  }

  private Path pairs(int count) throws IOException {
    List<String> lines = new ArrayList<>();
    for (Pair pair : Concept.pairs("joyful", 1, count)) {
      lines.add(line("positive", pair.positive(), "negative", pair.negative()));
    }
    return Files.write(folder.resolve("pairs.jsonl"), lines);
  }

  private Path labelled(int count) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String mood : List.of("joyful", "gloomy")) {
      for (Pair pair : Concept.pairs(mood, 4, count)) {
        lines.add(line("text", pair.positive(), "label", mood));
      }
    }
    return Files.write(folder.resolve("labelled.jsonl"), lines);
  }

  private static String line(Object... members) {
    return Json.write(Json.object(members));
  }

  private static Learning onOneMachine(Examples examples, Lesson lesson, Pooling pooling) {
    Capture capture = Capture.of(here.model(), Set.copyOf(here.sites()), pooling);
    return Learning.of(capture, examples, lesson, Progress.NONE);
  }

  private static Learning onMany(Path file, Lesson lesson, Pooling pooling) {
    return onMany(file, lesson, pooling, Optional.empty()).learning();
  }

  private static LearnJob.Done onMany(
      Path file, Lesson lesson, Pooling pooling, Optional<Result> kept) {
    Taps taps = new Taps(WORDS, LAYERS, Provider.CPU);
    return new LearnJob(Location.parse(DEMO.toString()), taps, pooling, false, kept)
        .run(LocalCluster.session(), file.toString(), lesson);
  }

  @ParameterizedTest
  @CsvSource({
    "DIFFMEAN, ADD, MEAN",
    "PCA, ADD, MEAN",
    "LOGISTIC, ADD, LAST",
    "DIFFMEAN, SET, LAST"
  })
  void vectorOfPairsIsThatOfOneMachine(Method method, Form form, Pooling pooling)
      throws IOException {
    Path file = pairs(80);
    Lesson lesson = new Lesson(method, form, 0.2, 3);
    Learning one = onOneMachine(Examples.ofPairs(Contrasts.read(file)), lesson, pooling);
    check(onMany(file, lesson, pooling), one);
    check(onMany(inParts(file, 7), lesson, pooling), one);
  }

  @Test
  void keptActivationsTeachTheSameWithoutTheModelRunning() throws IOException {
    Path file = pairs(30);
    Lesson lesson = new Lesson(Method.PCA, Form.ADD, 0.2, 3);
    Optional<Result> kept = Optional.of(new Result(folder.resolve("kept").toString(), false));
    Learning one = onOneMachine(Examples.ofPairs(Contrasts.read(file)), lesson, Pooling.MEAN);
    LearnJob.Done filled = onMany(file, lesson, Pooling.MEAN, kept);
    LearnJob.Done again = onMany(file, lesson, Pooling.MEAN, kept);
    check(filled.learning(), one);
    check(again.learning(), one);
    assertThat(filled.learning().material().captured().found()).isZero();
    assertThat(again.learning().material().captured().found()).isEqualTo(60);
    assertThat(again.learning().material().captured().tokens()).isZero();
    assertThatThrownBy(() -> onMany(file, lesson, Pooling.LAST, kept))
        .satisfies(e -> checkOther(e, "positions"));
    assertThatThrownBy(() -> onMany(pairs(31), lesson, Pooling.MEAN, kept))
        .satisfies(e -> checkOther(e, "text 6"));
  }

  @Test
  void folderOfSomethingElseIsFilledOnRequestOnly() throws IOException {
    Path file = pairs(20);
    Lesson lesson = Lesson.of(Method.DIFFMEAN);
    String taken = Files.createDirectory(folder.resolve("taken")).toString();
    Optional<Result> there = Optional.of(new Result(taken, false));
    assertThatThrownBy(() -> onMany(file, lesson, Pooling.LAST, there))
        .satisfies(e -> assertThat(known(e).problems().get(0).code()).isEqualTo(Code.FOLDER_TAKEN));
    Optional<Result> fresh = Optional.of(new Result(taken, true));
    LearnJob.Done done = onMany(file, lesson, Pooling.LAST, fresh);
    assertThat(done.learning().material().captured().found()).isZero();
    assertThat(Path.of(taken, "_capture.json")).exists();
  }

  private static void checkOther(Throwable thrown, String note) {
    Problem problem = known(thrown).problems().get(0);
    assertThat(problem.code()).isEqualTo(Code.OTHER_ACTIVATIONS);
    assertThat(problem.notes().get(0)).contains(note);
  }

  @ParameterizedTest
  @CsvSource({"DIFFMEAN, 2, 4", "PCA, 8, 60", "LOGISTIC, 2, 600"})
  void noMatrixIsSent(Method method, int vectors, int passes) throws IOException {
    LearnJob.Done done = onMany(pairs(20), Lesson.of(method), Pooling.LAST, Optional.empty());
    assertThat(done.passes().largest()).isBetween(128L, vectors * 128L + 8);
    assertThat(done.passes().count()).isBetween(4L, (long) passes);
  }

  /** The same rows as Parquet, in so many files. */
  private Path inParts(Path file, int parts) {
    Path table = folder.resolve("pairs.parquet");
    LocalCluster.session()
        .read()
        .json(file.toString())
        .repartition(parts)
        .write()
        .parquet(table.toString());
    return table;
  }

  @Test
  void vectorAndConditionOfLabelledTextsAreThoseOfOneMachine() throws IOException {
    Path file = labelled(30);
    Lesson lesson = Lesson.of(Method.LOGISTIC);
    Learning one = onOneMachine(Examples.ofLabelled(Labelled.read(file)), lesson, Pooling.MEAN);
    assertThat(one.gate()).isPresent();
    check(onMany(file, lesson, Pooling.MEAN), one);
  }

  private void check(Learning learned, Learning expected) {
    Safetensors file = written(learned, "many.safetensors");
    Safetensors wanted = written(expected, "one.safetensors");
    double[] most = {0};
    assertThat(file.tensors().keySet()).isEqualTo(wanted.tensors().keySet());
    wanted
        .tensors()
        .forEach(
            (name, tensor) -> {
              double apart = apart(file.tensors().get(name).values(), tensor.values());
              most[0] = Math.max(most[0], apart);
              assertThat(apart).as(name).isLessThan(CLOSE);
            });
    checkSaid(file, wanted);
    System.out.printf("%s: %.1e apart at the most%n", expected.lesson().method(), most[0]);
  }

  private Safetensors written(Learning learning, String name) {
    Path file = folder.resolve(name);
    learning.write(file);
    return Safetensors.read(file);
  }

  /** The largest difference of two elements, by the largest element. */
  private static double apart(float[] some, float[] others) {
    double most = 0;
    double apart = 0;
    for (int i = 0; i < others.length; i++) {
      most = Math.max(most, Math.abs(others[i]));
      apart = Math.max(apart, Math.abs(some[i] - others[i]));
    }
    return apart / most;
  }

  private static void checkSaid(Safetensors file, Safetensors wanted) {
    assertThat(file.metadata().keySet()).isEqualTo(wanted.metadata().keySet());
    wanted
        .metadata()
        .forEach(
            (key, value) -> {
              String said = file.metadata().get(key);
              if (key.matches("(norm|separation|agreement|wrong side)\\..*")) {
                double number = Double.parseDouble(value);
                assertThat(Double.parseDouble(said))
                    .as(key)
                    .isCloseTo(number, within(2e-3 * Math.abs(number)));
              } else {
                assertThat(said).as(key).isEqualTo(value);
              }
            });
  }

  /** By the command line, with what both commands take alike. */
  @Test
  void commandWritesTheSameFileAsThatOfOneMachine() throws IOException {
    Path file = pairs(30);
    Path vector = folder.resolve("vector.safetensors");
    int code =
        Main.commandLine()
            .execute(
                "learn",
                DEMO.toString(),
                file.toString(),
                "-o",
                vector.toString(),
                "--method",
                "diffmean",
                "--site",
                "resid_mid",
                "--layers",
                LAYERS,
                "--positions",
                "mean",
                "--held-out",
                "0.3",
                "--seed",
                "5",
                "--json");
    assertThat(code).isZero();
    Lesson lesson = new Lesson(Method.DIFFMEAN, Form.ADD, 0.3, 5);
    Examples examples = Examples.ofPairs(Contrasts.read(file));
    Safetensors one = written(onOneMachine(examples, lesson, Pooling.MEAN), "one.safetensors");
    checkSaid(Safetensors.read(vector), one);
  }

  @Test
  void sitesAreThoseOfOneMachine() throws IOException {
    Learning many = onMany(pairs(20), Lesson.of(Method.DIFFMEAN), Pooling.LAST);
    assertThat(many.learned().keySet()).containsExactlyElementsOf(here.sites());
    assertThat(many.learned().keySet()).allMatch(site -> site instanceof Site.InBlock);
  }

  @Test
  void eraserNeedsOneMachine() throws IOException {
    Path file = pairs(4);
    checkProblem(file, Method.LEACE, Code.NOT_LEARNABLE, "one machine");
  }

  @Test
  void lineThatMakesNoSenseIsNamed() throws IOException {
    Path file = pairs(40);
    Files.writeString(file, Files.readString(file) + "\n{\"positive\": \"I am glad.\"}\n");
    checkProblem(file, Method.DIFFMEAN, Code.BAD_TEXTS, "line 42 has no `negative`");
  }

  @Test
  void textsThatCannotBeRunAreNamedInTheirOrder() throws IOException {
    List<String> lines = new ArrayList<>(Files.readAllLines(pairs(40)));
    lines.set(35, line("positive", "I am glad.", "negative", "I am glad."));
    lines.set(3, line("positive", "so ".repeat(900) + "glad.", "negative", "I am sad."));
    Path file = Files.write(folder.resolve("bad.jsonl"), lines);
    List<Problem> problems = problems(file, Method.DIFFMEAN);
    assertThat(problems)
        .extracting(Problem::code)
        .containsExactly(Code.PROMPT_TOO_LONG, Code.BAD_PAIRS);
    assertThat(problems.get(0).what()).startsWith("text 7 ");
    assertThat(problems.get(1).what()).contains("pair 36 ");
  }

  @Test
  void fileThatIsNotThereIsAProblem() {
    checkProblem(folder.resolve("none.jsonl"), Method.PCA, Code.FILE_NOT_FOUND, "none.jsonl");
  }

  @Test
  void fileWithoutTextsIsAProblem() throws IOException {
    Path file = Files.writeString(folder.resolve("empty.jsonl"), "");
    checkProblem(file, Method.DIFFMEAN, Code.BAD_PAIRS, "no pairs");
  }

  private static void checkProblem(Path file, Method method, Code code, String what) {
    Problem problem = problems(file, method).get(0);
    assertThat(problem.code()).isEqualTo(code);
    assertThat(problem.what()).contains(what);
  }

  private static List<Problem> problems(Path file, Method method) {
    List<Problem> problems = new ArrayList<>();
    assertThatThrownBy(() -> onMany(file, Lesson.of(method), Pooling.LAST))
        .satisfies(e -> problems.addAll(known(e).problems()));
    return problems;
  }

  private static SteercException known(Throwable e) {
    return e instanceof SteercException known ? known : known(e.getCause());
  }
}
