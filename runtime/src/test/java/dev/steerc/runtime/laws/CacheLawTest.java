package dev.steerc.runtime.laws;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import dev.steerc.models.CachedLlama;
import dev.steerc.models.CachedLlama.Way;
import dev.steerc.plan.InputMode;
import dev.steerc.plan.Site;
import dev.steerc.runtime.Batch;
import dev.steerc.runtime.Completion;
import dev.steerc.runtime.Engine;
import dev.steerc.runtime.Feed;
import dev.steerc.runtime.FinishReason;
import dev.steerc.runtime.Generation;
import dev.steerc.runtime.Listener;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.TestModels;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.steering.Edit;
import dev.steerc.runtime.steering.Steering;
import dev.steerc.runtime.steering.Term;
import dev.steerc.runtime.steering.Vector;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * However a decoder keeps its cache, its texts are the ones that it gives when every token is
 * computed from the whole text before it, without a cache (law 6).
 */
class CacheLawTest {
  private static final long SEED = Long.getLong("steerc.seed", 7);
  private static final int NEW = 12;

  @TempDir private static Path folder;

  private final Random random = new Random(SEED);

  @ParameterizedTest
  @EnumSource(Way.class)
  void textsAreThoseWithoutACache(Way way) {
    long[] prompt = prompt(5);
    try (SteeredModel model = SteeredModel.open(file(way))) {
      Completion completion = model.generate(asked(prompt)).get(0).orThrow();
      assertThat(completion.tokens()).isEqualTo(recomputed(way, prompt));
    }
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void rowsOfDifferentLengthsAreAsAlone(Way way) {
    List<long[]> prompts = prompts();
    try (SteeredModel model = SteeredModel.open(file(way))) {
      List<Completion> together =
          model.generate(prompts.stream().map(CacheLawTest::asked).toArray(Prompt[]::new));
      check(way, prompts, together);
    }
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void textsThatJoinAreAsAlone(Way way) {
    List<long[]> prompts = prompts();
    try (SteeredModel model = SteeredModel.open(file(way));
        Batch batch = model.batch()) {
      List<Generation> all =
          prompts.stream().map(p -> model.prepare(List.of(asked(p)), Listener.NONE)).toList();
      for (Generation generation : all) {
        batch.add(generation);
        batch.step();
        batch.step();
      }
      while (batch.step()) {}
      check(way, prompts, all.stream().map(g -> g.completions().get(0)).toList());
    }
  }

  /** Each row is steered otherwise, and some end before the others. */
  @ParameterizedTest
  @EnumSource(Way.class)
  void rowsAreSteeredAsAlone(Way way) {
    Path patched = TestModels.patched(file(way), folder, InputMode.OPTIONAL, "0.resid_post:add");
    List<Prompt> prompts = new ArrayList<>();
    for (long[] prompt : prompts()) {
      int most = prompts.size() == 1 ? 2 : NEW;
      prompts.add(asked(prompt).steered(random()).with(s -> s.maxNewTokens(most)));
    }
    try (SteeredModel model = SteeredModel.open(patched)) {
      List<Completion> together = model.generate(prompts.toArray(Prompt[]::new));
      for (int row = 0; row < prompts.size(); row++) {
        assertThat(together.get(row).orThrow().tokens())
            .as("%s, row %d, seed %d", way, row, SEED)
            .isEqualTo(model.generate(prompts.get(row)).get(0).orThrow().tokens());
      }
      Completion plain = model.generate(prompts.get(0).steered(Steering.NONE)).get(0).orThrow();
      assertThat(together.get(0).tokens()).isNotEqualTo(plain.tokens());
    }
  }

  private Steering random() {
    float[] vector = new float[32];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    Edit edit = new Edit.Add(new Floats(new long[] {vector.length}, vector));
    return Steering.of(
        Term.of(Vector.of("random", edit), 2).at(new Site.InBlock(0, Site.Kind.RESID_POST)));
  }

  /** The buffers of some are full before the table of positions ends. */
  @ParameterizedTest
  @EnumSource(Way.class)
  void textsEndWhereTheGraphHasNoMoreRoom(Way way) {
    boolean isFixed = way == Way.SHARED || way == Way.SLOTS;
    int room = isFixed ? CachedLlama.ROOM : CachedLlama.POSITIONS;
    Prompt prompt = asked(prompt(3)).with(s -> s.maxNewTokens(100));
    try (SteeredModel model = SteeredModel.open(file(way))) {
      assertThat(model.context()).hasValue(room);
      Completion completion = model.generate(prompt).get(0).orThrow();
      assertThat(completion.tokens()).hasSize(room - 3);
      assertThat(completion.reason()).contains(FinishReason.LENGTH);
    }
  }

  /** Or the test of the window would say nothing. */
  @Test
  void aWindowMakesADifference() {
    long[] prompt = prompt(9);
    assertThat(recomputed(Way.WINDOW, prompt)).isNotEqualTo(recomputed(Way.GROWING, prompt));
  }

  private static void check(Way way, List<long[]> prompts, List<Completion> completions) {
    for (int row = 0; row < prompts.size(); row++) {
      assertThat(completions.get(row).orThrow().tokens())
          .as("%s, row %d, seed %d", way, row, SEED)
          .isEqualTo(recomputed(way, prompts.get(row)));
    }
  }

  private List<long[]> prompts() {
    return List.of(prompt(4), prompt(9), prompt(1), prompt(4), prompt(7));
  }

  private long[] prompt(int length) {
    return random.longs(length, 0, CachedLlama.VOCABULARY).toArray();
  }

  private static Prompt asked(long[] prompt) {
    return Prompt.ofIds(prompt).with(s -> s.greedy().maxNewTokens(NEW).endTokens(Set.of()));
  }

  private static Path file(Way way) {
    Path file = folder.resolve(way + ".onnx");
    try {
      return Files.exists(file) ? file : Files.write(file, CachedLlama.bytes(way));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The most likely tokens, each from a run over the whole text before it. */
  private static long[] recomputed(Way way, long[] prompt) {
    long[] ids = prompt;
    try (Engine engine =
        Engine.open(file(way == Way.WINDOW ? way : Way.GROWING), OptLevel.ALL_OPT)) {
      for (int i = 0; i < NEW; i++) {
        Floats logits = engine.run(feeds(engine, ids), Map.of()).get("logits");
        ids = Arrays.copyOf(ids, ids.length + 1);
        ids[ids.length - 1] = best(logits);
      }
    }
    return Arrays.copyOfRange(ids, prompt.length, ids.length);
  }

  private static Map<String, Feed> feeds(Engine engine, long[] ids) {
    Map<String, Feed> feeds = new LinkedHashMap<>();
    long[] dims = {1, ids.length};
    engine.inputs().keySet().stream()
        .filter(name -> name.startsWith("past"))
        .forEach(
            name -> feeds.put(name, Feed.of(OnnxJavaType.FLOAT, new long[] {1, 1, 0, 16}, i -> 0)));
    feeds.put("input_ids", Feed.of(OnnxJavaType.INT64, dims, i -> ids[i]));
    feeds.put("attention_mask", Feed.of(OnnxJavaType.INT64, dims, i -> 1));
    return feeds;
  }

  private static int best(Floats logits) {
    List<Float> last = new ArrayList<>();
    for (int i = logits.values().length - logits.width(); i < logits.values().length; i++) {
      last.add(logits.values()[i]);
    }
    return last.indexOf(last.stream().max(Float::compare).orElseThrow());
  }
}
