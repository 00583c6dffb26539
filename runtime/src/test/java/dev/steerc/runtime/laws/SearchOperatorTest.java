package dev.steerc.runtime.laws;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import dev.steerc.Steerc;
import dev.steerc.models.TestData;
import dev.steerc.plan.InputMode;
import dev.steerc.plan.Request;
import dev.steerc.plan.Target;
import dev.steerc.problem.Code;
import dev.steerc.problem.SteercException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Decoders inside the operators of ONNX Runtime that generate by themselves. */
class SearchOperatorTest {
  private static final int HIDDEN = 24;
  private static final int LENGTH = 16;
  private static final String SITE = "1.resid_post";
  private static final String PORT = "steer.blocks." + SITE + ".add";
  private static final int[][] PROMPTS = {{3, 41, 7, 95, 12}, {88, 5, 5, 30, 19}};

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "BeamSearch, false",
    "BeamSearch, true",
    "GreedySearch, false",
    "GreedySearch, true",
    "Sampling, false",
    "Sampling, true"
  })
  void unfedModelIsTheOriginal(String operator, boolean twice) {
    Path original = model(operator, twice);
    Path patched = patch(original, InputMode.OPTIONAL, SITE + ":add", "2.attn_out:project");
    for (OptLevel level : List.of(OptLevel.NO_OPT, OptLevel.ALL_OPT)) {
      assertThat(generated(patched, operator, level, null))
          .isEqualTo(generated(original, operator, level, null));
    }
    Path restored = folder.resolve("restored.onnx");
    Steerc.unpatch(patched, restored);
    assertThat(restored).hasSameBinaryContentAs(original);
  }

  @ParameterizedTest
  @CsvSource({
    "BeamSearch, false",
    "BeamSearch, true",
    "GreedySearch, false",
    "GreedySearch, true",
    "Sampling, false",
    "Sampling, true"
  })
  void vectorsChangeWhatIsGenerated(String operator, boolean twice) {
    Path original = model(operator, twice);
    Path patched = patch(original, InputMode.REQUIRED, SITE + ":add");
    List<List<Integer>> plain = generated(original, operator, OptLevel.ALL_OPT, null);
    assertThat(generated(patched, operator, OptLevel.ALL_OPT, new float[HIDDEN])).isEqualTo(plain);
    assertThat(generated(patched, operator, OptLevel.ALL_OPT, vector())).isNotEqualTo(plain);
  }

  /** The rows of a decoder are the beams of all prompts: row 0, its beams, row 1, its beams. */
  @ParameterizedTest
  @CsvSource({"BeamSearch, false, 3, 2", "BeamSearch, true, 3, 2", "GreedySearch, false, 1, 1"})
  void rowsCanBeSteeredAlone(String operator, boolean twice, int beams, int returned) {
    Path original = model(operator, twice);
    Path patched = patch(original, InputMode.REQUIRED, SITE + ":add");
    float[] second = new float[PROMPTS.length * beams * HIDDEN];
    for (int beam = beams; beam < 2 * beams; beam++) {
      System.arraycopy(vector(), 0, second, beam * HIDDEN, HIDDEN);
    }
    List<List<Integer>> plain = generated(original, operator, OptLevel.ALL_OPT, null);
    List<List<Integer>> both = generated(patched, operator, OptLevel.ALL_OPT, vector());
    List<List<Integer>> found = generated(patched, operator, OptLevel.ALL_OPT, second);
    assertThat(found.subList(0, returned)).isEqualTo(plain.subList(0, returned));
    assertThat(found.subList(returned, found.size()))
        .isEqualTo(both.subList(returned, both.size()));
  }

  /** A search with one beam, or none, takes the tokens that the plain decoder takes. */
  @ParameterizedTest
  @CsvSource({"GreedySearch, false", "GreedySearch, true"})
  void greedySearchTakesTheSteeredTokens(String operator, boolean twice) {
    Path patched = patch(model(operator, twice), InputMode.REQUIRED, SITE + ":add");
    Path decoder = patch(decoder(), InputMode.REQUIRED, SITE + ":add");
    assertThat(generated(patched, operator, OptLevel.ALL_OPT, vector()))
        .isEqualTo(greedy(decoder, vector()));
  }

  @ParameterizedTest
  @CsvSource({"BeamSearch, false", "GreedySearch, true"})
  void tapsAreRefused(String operator, boolean twice) {
    Path original = model(operator, twice);
    Path output = folder.resolve("tapped.onnx");
    Request request =
        Request.of(List.of(Target.parse(SITE + ":tap", OptionalInt.empty())), InputMode.OPTIONAL);
    SteercException refusal = null;
    try {
      Steerc.patch(original, request, output);
    } catch (SteercException e) {
      refusal = e;
    }
    assertThat(refusal).isNotNull();
    assertThat(refusal.problems().get(0).code()).isEqualTo(Code.VALUE_NOT_STEERABLE);
    assertThat(refusal.problems().get(0).notes().get(0)).contains(operator);
    assertThat(output).doesNotExist();
  }

  private static Path decoder() {
    return TestData.graph("fused").file(TestData.root());
  }

  private Path model(String operator, boolean twice) {
    Path file = folder.resolve(operator + ".onnx");
    try {
      return Files.write(file, Searches.around(decoder(), operator, twice).toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path patch(Path model, InputMode mode, String... at) {
    Path output = folder.resolve(mode.label() + "-" + model.getFileName());
    Request request =
        Request.of(
            Arrays.stream(at).map(text -> Target.parse(text, OptionalInt.empty())).toList(), mode);
    Steerc.patch(model, request, output);
    return output;
  }

  private static float[] vector() {
    Random random = new Random(5);
    float[] vector = new float[HIDDEN];
    for (int i = 0; i < HIDDEN; i++) {
      vector[i] = (float) (6 * random.nextGaussian());
    }
    return vector;
  }

  /** What a search generates, row by row; the vector is fed where there is one. */
  private static List<List<Integer>> generated(
      Path model, String operator, OptLevel level, float[] vector) {
    try (OrtSession session = open(model, level)) {
      Map<String, OnnxTensor> feeds = new TreeMap<>();
      feeds.put("input_ids", OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), PROMPTS));
      feeds.put("max_length", number(LENGTH));
      feeds.put("min_length", number(1));
      feeds.put("repetition_penalty", floats(new long[] {1}, 1));
      if (operator.equals("BeamSearch")) {
        feeds.put("num_beams", number(3));
        feeds.put("num_return_sequences", number(2));
        feeds.put("length_penalty", floats(new long[] {1}, 1));
      }
      if (operator.equals("Sampling")) {
        feeds.put("seed", number(11));
      }
      if (vector != null) {
        feeds.put(PORT, floats(new long[] {vector.length / HIDDEN, 1, HIDDEN}, vector));
      }
      try (OrtSession.Result result = session.run(feeds)) {
        OnnxTensor sequences = (OnnxTensor) result.get(0);
        return rows(sequences.getIntBuffer());
      }
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<List<Integer>> rows(IntBuffer tokens) {
    List<List<Integer>> rows = new ArrayList<>();
    while (tokens.hasRemaining()) {
      List<Integer> row = new ArrayList<>();
      for (int i = 0; i < LENGTH; i++) {
        row.add(tokens.get());
      }
      rows.add(row);
    }
    return rows;
  }

  /** The same by the decoder alone, all of it computed anew for each token. */
  private static List<List<Integer>> greedy(Path decoder, float[] vector) {
    List<List<Integer>> rows = new ArrayList<>();
    try (OrtSession session = open(decoder, OptLevel.ALL_OPT)) {
      for (int[] prompt : PROMPTS) {
        List<Integer> row = new ArrayList<>(Arrays.stream(prompt).boxed().toList());
        while (row.size() < LENGTH) {
          row.add(next(session, row, vector));
        }
        rows.add(row);
      }
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
    return rows;
  }

  private static int next(OrtSession session, List<Integer> row, float[] vector)
      throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    long[][] ids = {row.stream().mapToLong(token -> token).toArray()};
    long[][] mask = {row.stream().mapToLong(token -> 1).toArray()};
    long[][] positions = {java.util.stream.LongStream.range(0, row.size()).toArray()};
    Map<String, OnnxTensor> feeds = new TreeMap<>();
    feeds.put("input_ids", OnnxTensor.createTensor(environment, ids));
    feeds.put("attention_mask", OnnxTensor.createTensor(environment, mask));
    feeds.put("position_ids", OnnxTensor.createTensor(environment, positions));
    for (int i = 0; i < 4; i++) {
      feeds.put("past_" + i, floats(new long[] {2, 1, 4, 0, 6}));
    }
    feeds.put(PORT, floats(new long[] {1, 1, HIDDEN}, vector));
    try (OrtSession.Result result = session.run(feeds)) {
      float[][][] logits = (float[][][]) result.get(0).getValue();
      float[] last = logits[0][row.size() - 1];
      int best = 0;
      for (int token = 1; token < last.length; token++) {
        best = last[token] > last[best] ? token : best;
      }
      return best;
    }
  }

  private static OrtSession open(Path model, OptLevel level) throws OrtException {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setOptimizationLevel(level);
      options.setIntraOpNumThreads(1);
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
      return OrtEnvironment.getEnvironment().createSession(model.toString(), options);
    }
  }

  private static OnnxTensor number(int value) throws OrtException {
    return OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), new int[] {value});
  }

  private static OnnxTensor floats(long[] shape, float... values) throws OrtException {
    return OnnxTensor.createTensor(
        OrtEnvironment.getEnvironment(), FloatBuffer.wrap(values), shape);
  }
}
