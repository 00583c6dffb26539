package dev.steerc.runtime.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import dev.steerc.plan.InputMode;
import dev.steerc.plan.Site;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.ModelOptions;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.TestModels;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.format.Npy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Activations of many texts, on disk. */
class CaptureTest {
  private static final long SEED = Long.getLong("steerc.seed", 71);
  private static final Site EARLY = new Site.InBlock(0, Site.Kind.MLP_OUT);
  private static final Site LATE = new Site.InBlock(2, Site.Kind.RESID_POST);
  private static final Set<Site> SITES = new LinkedHashSet<>(List.of(LATE, EARLY));
  private static final int WIDTH = 24;
  private static final int CONTEXT = 32;
  private static final int SEVERAL_SHARDS = 2500;

  @TempDir private Path temporary;

  private final Random random = new Random(SEED);
  private SteeredModel model;
  private Path folder;

  @BeforeEach
  void open() {
    folder = temporary.resolve("acts");
    model = open("withpast");
  }

  private SteeredModel open(String graph) {
    Path path = TestModels.patched(graph, temporary, "0.mlp_out:tap", "2.resid_post:tap");
    return SteeredModel.open(path, ModelOptions.DEFAULT.threads(1));
  }

  @AfterEach
  void close() {
    model.close();
  }

  private Tokens text(int length) {
    return new Tokens(random.longs(length, 0, 96).toArray(), random.nextInt(length));
  }

  private List<Tokens> texts(int count, int longest) {
    List<Tokens> texts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      texts.add(text(1 + random.nextInt(longest)));
    }
    return texts;
  }

  private Captured capture(Pooling pooling, List<Tokens> texts) {
    return Capture.of(model, SITES, pooling).into(folder, Texts.of(texts), Progress.NONE);
  }

  private static List<float[]> rows(Activations activations, Site site) {
    List<float[]> rows = new ArrayList<>();
    Rows there = activations.rows(site);
    there.forEach(
        (index, values) -> {
          assertThat(index).isEqualTo(rows.size());
          rows.add(values.clone());
        });
    assertThat(there.count()).isEqualTo(rows.size());
    assertThat(there.width()).isEqualTo(WIDTH);
    return rows;
  }

  @ParameterizedTest
  @EnumSource
  void rowsAreWhatATraceOfTheTextShows(Pooling pooling) {
    List<Tokens> texts = texts(60, CONTEXT);
    Captured captured = capture(pooling, texts);
    Activations activations = Activations.open(folder);
    List<Long> textOf = new ArrayList<>();
    for (Site site : SITES) {
      List<float[]> expected = new ArrayList<>();
      textOf.clear();
      double lengths = 0;
      int tokens = 0;
      for (int t = 0; t < texts.size(); t++) {
        Floats trace = trace(texts.get(t), site);
        int end = texts.get(t).ids().length;
        int first = pooling == Pooling.LAST ? end - 1 : texts.get(t).from();
        float[] mean = new float[WIDTH];
        for (int token = first; token < end; token++) {
          float[] row = Arrays.copyOfRange(trace.values(), token * WIDTH, (token + 1) * WIDTH);
          double squares = 0;
          for (int i = 0; i < WIDTH; i++) {
            mean[i] += row[i] / (end - first);
            squares += (double) row[i] * row[i];
          }
          lengths += Math.sqrt(squares);
          tokens++;
          if (pooling != Pooling.MEAN) {
            expected.add(row);
            textOf.add((long) t);
          }
        }
        if (pooling == Pooling.MEAN) {
          expected.add(mean);
          textOf.add((long) t);
        }
      }
      checkClose(rows(activations, site), expected);
      assertThat(activations.typical(site)).isCloseTo(lengths / tokens, within(1e-4));
    }
    assertThat(activations.texts().boxed().toList()).isEqualTo(textOf);
    assertThat(captured.rows()).isEqualTo(textOf.size());
    assertThat(captured.texts()).isEqualTo(60);
  }

  private Floats trace(Tokens text, Site site) {
    return model.trace(Prompt.ofIds(text.ids())).get(0).activations().get(site);
  }

  private static void checkClose(List<float[]> rows, List<float[]> expected) {
    assertThat(rows).hasSameSizeAs(expected);
    for (int row = 0; row < rows.size(); row++) {
      assertThat(rows.get(row)).as("row " + row).containsExactly(expected.get(row), within(1e-5f));
    }
  }

  @Test
  void companyDoesNotChangeARow() {
    List<Tokens> texts = texts(40, CONTEXT);
    capture(Pooling.MEAN, texts);
    List<float[]> together = rows(Activations.open(folder), LATE);
    for (int i = 0; i < 5; i++) {
      folder = temporary.resolve("alone" + i);
      capture(Pooling.MEAN, texts.subList(i, i + 1));
      assertThat(rows(Activations.open(folder), LATE).get(0))
          .as("seed " + SEED)
          .containsExactly(together.get(i), within(1e-5f));
    }
  }

  @Test
  void goesOnWhereItStoppedWithTheSameBytes() throws IOException {
    List<Tokens> texts = texts(SEVERAL_SHARDS, 4);
    Capture capture = Capture.of(model, SITES, Pooling.ALL);
    Captured whole = capture.into(folder, Texts.of(texts), Progress.NONE);
    Map<String, ByteBuffer> expected = bytes();
    assertThat(expected).hasSize(4);

    folder = temporary.resolve("again");
    Progress fails =
        (done, all) -> {
          if (done > 1500) {
            throw new IllegalStateException("enough");
          }
        };
    assertThatIllegalStateException()
        .isThrownBy(() -> capture.into(folder, Texts.of(texts), fails));
    assertThat(bytes().keySet()).containsExactly("activations-00000.safetensors", "capture.json");
    assertProblem(Code.BAD_ACTIVATIONS, () -> Activations.open(folder));
    // as a process leaves it that is killed while it writes
    Files.write(folder.resolve(".activations-00001.safetensors.0a1b2c3d.tmp"), new byte[99]);

    Captured rest = capture.into(folder, Texts.of(texts), Progress.NONE);
    assertThat(bytes()).isEqualTo(expected);
    assertThat(rest.found()).isEqualTo(1024);
    assertThat(rest.tokens()).isPositive().isLessThan(whole.tokens());
    Captured nothing = capture.into(folder, Texts.of(texts), Progress.NONE);
    assertThat(nothing.found()).isEqualTo(SEVERAL_SHARDS);
    assertThat(nothing.tokens()).isZero();
    assertThat(rows(Activations.open(folder), EARLY)).hasSize((int) whole.rows());
  }

  private Map<String, ByteBuffer> bytes() throws IOException {
    Map<String, ByteBuffer> bytes = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        bytes.put(file.getFileName().toString(), ByteBuffer.wrap(Files.readAllBytes(file)));
      }
    }
    return bytes;
  }

  @Test
  void progressEndsWithAllTexts() {
    List<Long> seen = new ArrayList<>();
    Capture.of(model, SITES, Pooling.LAST)
        .into(folder, Texts.of(texts(70, 5)), (done, all) -> seen.add(done));
    assertThat(seen).isSorted().endsWith(70L);
  }

  @Test
  void brokenShardIsNamedAndMended() throws IOException {
    List<Tokens> texts = texts(20, 8);
    capture(Pooling.LAST, texts);
    Map<String, ByteBuffer> expected = bytes();
    Path shard = folder.resolve("activations-00000.safetensors");
    byte[] whole = Files.readAllBytes(shard);
    for (int length : new int[] {0, 7, 100, whole.length - 1}) {
      Files.write(shard, Arrays.copyOf(whole, length));
      Problem problem = assertProblem(Code.BAD_TENSOR_FILE, () -> Activations.open(folder));
      assertThat(problem.where()).contains("activations-00000");
      assertThat(capture(Pooling.LAST, texts).found()).isZero();
      assertThat(bytes()).isEqualTo(expected);
    }
    Files.delete(shard);
    assertThat(assertProblem(Code.BAD_ACTIVATIONS, () -> Activations.open(folder)).help())
        .contains("goes on");
  }

  @Test
  void shardOfAnotherCaptureIsNotTaken() throws IOException {
    List<Tokens> texts = texts(20, 8);
    capture(Pooling.LAST, texts);
    Path shard = folder.resolve("activations-00000.safetensors");
    Map<String, ByteBuffer> expected = bytes();
    folder = temporary.resolve("other");
    capture(Pooling.LAST, texts(20, 8));
    Files.copy(folder.resolve(shard.getFileName()), shard, StandardCopyOption.REPLACE_EXISTING);
    folder = shard.getParent();
    assertThat(assertProblem(Code.BAD_ACTIVATIONS, () -> Activations.open(folder)).notes())
        .containsExactly("it is of another capture");
    capture(Pooling.LAST, texts);
    assertThat(bytes()).isEqualTo(expected);
  }

  @Test
  void anotherCaptureInTheFolderIsNamed() {
    List<Tokens> texts = texts(20, 8);
    capture(Pooling.LAST, texts);
    checkOther("the texts are others", SITES, Pooling.LAST, texts(20, 8));
    checkOther("the number of texts there: 20; now: 3", SITES, Pooling.LAST, texts.subList(0, 3));
    checkOther("the positions there: last; now: mean", SITES, Pooling.MEAN, texts);
    checkOther(
        "the sites there: [0.mlp_out, 2.resid_post]; now: [2.resid_post]",
        Set.of(LATE),
        Pooling.LAST,
        texts);
    SteeredModel first = model;
    model = open("fused-skip");
    first.close();
    Problem problem = assertProblem(Code.OTHER_ACTIVATIONS, () -> capture(Pooling.LAST, texts));
    assertThat(problem.notes())
        .hasSize(1)
        .first()
        .asString()
        .startsWith("the model there: sha256:");
    Capture.of(model, SITES, Pooling.LAST).fresh(true).into(folder, Texts.of(texts), Progress.NONE);
    assertThat(Activations.open(folder).base()).isEqualTo(model.ports().base());
  }

  private void checkOther(String note, Set<Site> sites, Pooling pooling, List<Tokens> texts) {
    Capture capture = Capture.of(model, sites, pooling);
    Problem problem =
        assertProblem(
            Code.OTHER_ACTIVATIONS, () -> capture.into(folder, Texts.of(texts), Progress.NONE));
    assertThat(problem.notes()).containsExactly(note);
    assertThat(problem.help()).contains("--fresh");
  }

  @Test
  void filesOfOthersAreLeftAlone() throws IOException {
    Path note = Files.writeString(Files.createDirectory(folder).resolve("note.txt"), "mine");
    for (boolean fresh : new boolean[] {false, true}) {
      Capture capture = Capture.of(model, SITES, Pooling.LAST).fresh(fresh);
      assertProblem(
          Code.FOLDER_TAKEN, () -> capture.into(folder, Texts.of(texts(1, 2)), Progress.NONE));
    }
    assertThat(note).hasContent("mine");
    folder = note;
    assertProblem(Code.OUTPUT_UNWRITABLE, () -> capture(Pooling.LAST, texts(1, 2)));
    folder = temporary.resolve("no/where");
    assertProblem(Code.OUTPUT_FOLDER_MISSING, () -> capture(Pooling.LAST, texts(1, 2)));
  }

  @Test
  void captureFileThatMakesNoSenseIsAProblem() throws IOException {
    capture(Pooling.LAST, texts(3, 8));
    Path file = folder.resolve("capture.json");
    String good = Files.readString(file);
    List<String> bad =
        List.of(
            "",
            "[]",
            "{}",
            good.substring(0, good.length() / 2),
            good.replace("\"version\":1", "\"version\":2"),
            good.replace("\"count\":3", "\"count\":-3"),
            good.replace("\"count\":3", "\"count\":\"3\""),
            good.replace("resid_post", "elsewhere"),
            good.replace("\"last\"", "\"first\""),
            good.replace(":24", ":0"));
    for (String text : bad) {
      assertThat(text).isNotEqualTo(good);
      Files.writeString(file, text);
      assertProblem(Code.BAD_ACTIVATIONS, () -> Activations.open(folder));
    }
    String endless = good.replace("\"count\":3", "\"count\":2147483647");
    Files.writeString(file, endless.replaceFirst("(texts_per_shard\":)\\d+", "$11"));
    assertProblem(Code.BAD_ACTIVATIONS, () -> Activations.open(folder));
    Files.writeString(file, good.replace("\"rows\":3", "\"rows\":4"));
    assertProblem(Code.BAD_ACTIVATIONS, () -> Activations.open(folder));
    Files.writeString(file, good);
    assertThat(rows(Activations.open(folder), LATE)).hasSize(3);
  }

  @Test
  void textsThatCannotBeRunAreNumbered() {
    List<Tokens> texts = List.of(text(3), text(CONTEXT + 1), Tokens.of(), text(50), text(4));
    assertThatExceptionOfType(SteercException.class)
        .isThrownBy(() -> capture(Pooling.LAST, texts))
        .satisfies(
            e ->
                assertThat(e.problems().stream().map(Problem::what))
                    .containsExactly(
                        "text 2 has 33 tokens", "text 3 has no token", "text 4 has 50 tokens"));
    assertThat(folder).doesNotExist();
    assertProblem(Code.BAD_TEXTS, () -> capture(Pooling.LAST, List.of()));
    assertProblem(Code.UNKNOWN_TOKEN, () -> capture(Pooling.LAST, List.of(Tokens.of(1, 96))));
  }

  @Test
  void longTextsKeepTheirLastTokens() {
    long[] ids = random.longs(50, 0, 96).toArray();
    List<Tokens> texts = List.of(new Tokens(ids, 3), new Tokens(ids, 40), text(5));
    Capture capture = Capture.of(model, SITES, Pooling.ALL).cuts(true);
    Captured captured = capture.into(folder, Texts.of(texts), Progress.NONE);
    assertThat(captured.cut()).isEqualTo(2);
    long[] kept = Arrays.copyOfRange(ids, 50 - CONTEXT, 50);
    Floats trace = trace(Tokens.of(kept), LATE);
    List<float[]> rows = rows(Activations.open(folder), LATE);
    assertThat(rows).hasSize(CONTEXT + 10 + texts.get(2).counted());
    for (int token = 0; token < CONTEXT; token++) {
      float[] expected = Arrays.copyOfRange(trace.values(), token * WIDTH, (token + 1) * WIDTH);
      assertThat(rows.get(token)).containsExactly(expected, within(1e-5f));
      if (token >= CONTEXT - 10) {
        assertThat(rows.get(token + 10)).containsExactly(expected, within(1e-5f));
      }
    }
  }

  @Test
  void textsThatChangeMeanwhileAreAProblem() {
    List<Tokens> texts = texts(10, 5);
    int[] time = {0};
    Texts shrinking = next -> texts.subList(0, time[0]++ == 0 ? 10 : 9).forEach(next);
    Texts growing = next -> texts.subList(0, time[0]++ == 0 ? 9 : 10).forEach(next);
    for (Texts changing : List.of(shrinking, growing)) {
      time[0] = 0;
      Capture capture = Capture.of(model, SITES, Pooling.LAST).fresh(true);
      assertProblem(Code.INPUT_CHANGED, () -> capture.into(folder, changing, Progress.NONE));
    }
  }

  @Test
  void npyHasAllRowsOfASiteInOneFile() throws IOException {
    List<Tokens> texts = texts(1100, 4);
    capture(Pooling.ALL, texts);
    Activations shards = Activations.open(folder);
    folder = temporary.resolve("npy");
    Capture capture = Capture.of(model, SITES, Pooling.ALL).format(Format.NPY);
    Captured captured = capture.into(folder, Texts.of(texts), Progress.NONE);
    assertThat(bytes().keySet())
        .containsExactly(
            "blocks.0.mlp_out.npy", "blocks.2.resid_post.npy", "capture.json", "texts.npy");
    for (Site site : SITES) {
      Floats all = Npy.read(folder.resolve(site.path() + ".npy"));
      assertThat(all.dims()).containsExactly(captured.rows(), WIDTH);
      List<float[]> rows = rows(shards, site);
      for (int row = 0; row < rows.size(); row++) {
        assertThat(Arrays.copyOfRange(all.values(), row * WIDTH, (row + 1) * WIDTH))
            .isEqualTo(rows.get(row));
      }
    }
    byte[] texts64 = Files.readAllBytes(folder.resolve("texts.npy"));
    long[] textOf = new long[(int) captured.rows()];
    ByteBuffer.wrap(texts64, texts64.length - 8 * textOf.length, 8 * textOf.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asLongBuffer()
        .get(textOf);
    assertThat(textOf).isEqualTo(shards.texts().toArray());
    assertThat(new String(texts64, 10, 40, StandardCharsets.US_ASCII))
        .startsWith("{'descr': '<i8', 'fortran_order': False");

    Captured again = capture.into(folder, Texts.of(texts), Progress.NONE);
    assertThat(again.tokens()).isZero();
    assertProblem(Code.BAD_ACTIVATIONS, () -> Activations.open(folder));
    assertProblem(Code.OTHER_ACTIVATIONS, () -> capture(Pooling.ALL, texts));
  }

  /** A graph that has two rows of five tokens whatever happens, and one without a cache. */
  @Test
  void everyKindOfGraphCanBeCaptured() {
    for (String graph : List.of("static-idsonly-ir3", "nopast-op17", "merged")) {
      Path path =
          TestModels.patched(
              TestModels.graph(graph), temporary, InputMode.REQUIRED, "0.mlp_out:tap");
      List<Tokens> texts = List.of(text(3), text(5), text(1));
      folder = temporary.resolve(graph);
      try (SteeredModel one = SteeredModel.open(path, ModelOptions.DEFAULT.threads(1))) {
        Capture.of(one, Set.of(EARLY), Pooling.LAST).into(folder, Texts.of(texts), Progress.NONE);
        List<float[]> rows = new ArrayList<>();
        Activations.open(folder).rows(EARLY).forEach((i, values) -> rows.add(values.clone()));
        for (int i = 0; i < 3; i++) {
          float[] all =
              one.trace(Prompt.ofIds(texts.get(i).ids())).get(0).activations().get(EARLY).values();
          float[] last = Arrays.copyOfRange(all, all.length - rows.get(i).length, all.length);
          assertThat(rows.get(i)).containsExactly(last, within(1e-5f));
        }
      }
    }
  }

  static Problem assertProblem(Code code, Runnable work) {
    List<Problem> problems = new ArrayList<>();
    assertThatExceptionOfType(SteercException.class)
        .isThrownBy(work::run)
        .satisfies(e -> problems.addAll(e.problems()));
    assertThat(problems.get(0).code()).as(problems.toString()).isEqualTo(code);
    return problems.get(0);
  }
}
