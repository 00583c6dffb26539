package dev.steerc.runtime.laws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.steerc.models.Batch;
import dev.steerc.models.Gpt2Reference;
import dev.steerc.models.TestData;
import dev.steerc.models.TestGraph;
import dev.steerc.plan.InputMode;
import dev.steerc.plan.Site;
import dev.steerc.runtime.Completion;
import dev.steerc.runtime.Continued;
import dev.steerc.runtime.Divergence;
import dev.steerc.runtime.ModelOptions;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.TestModels;
import dev.steerc.runtime.Trace;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.steering.Condition;
import dev.steerc.runtime.steering.Decay;
import dev.steerc.runtime.steering.Positions;
import dev.steerc.runtime.steering.Steering;
import dev.steerc.runtime.steering.Term;
import dev.steerc.runtime.steering.Vector;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How far steered and plain distributions are apart, against whole logits in plain Java. */
class DivergenceLawTest {
  private static final long SEED = Long.getLong("steerc.seed", 47);
  private static final int NEW = 4;
  private static final Site.InBlock SITE = new Site.InBlock(1, Site.Kind.RESID_POST);

  @TempDir private Path folder;

  private final Random random = new Random(SEED);
  private final float[] vector = new float[24];

  @BeforeAll
  static void tellTheSeed() {
    System.out.println("DivergenceLawTest: -Dsteerc.seed=" + SEED);
  }

  /** Texts of different lengths together, so that most are padded where the graph can be. */
  @ParameterizedTest
  @ValueSource(
      strings = {"withpast", "nopast-op17", "merged", "fused", "static-idsonly-ir3", "fp16"})
  void divergencesEqualWholeLogits(String name) {
    TestGraph graph = graph(name);
    try (SteeredModel model = open(name)) {
      int most = Math.min(9, model.context().orElse(100)) - 2;
      List<Continued> texts = new ArrayList<>();
      for (int row = 0; row < 5; row++) {
        long[] prompt = ids(1 + random.nextInt(most));
        texts.add(new Continued(Prompt.ofIds(prompt).steered(steering(1 + row)), ids(1 + row % 2)));
      }
      List<Divergence> together = model.compare(texts);
      for (int row = 0; row < texts.size(); row++) {
        checkAgainstWholeLogits(graph, together.get(row), 1 + row);
        Divergence alone = model.compare(List.of(texts.get(row))).get(0);
        double noise = name.equals("fp16") ? 0.02 : 1e-4;
        assertThat(alone.kl()).containsExactly(together.get(row).kl(), within(noise));
      }
    }
  }

  private void checkAgainstWholeLogits(TestGraph graph, Divergence measured, int strength) {
    double tolerance = graph.name().equals("fp16") ? 0.05 : 1e-4;
    long[] ids = measured.tokens();
    double[][] plain = logits(graph, ids, 0);
    double[][] steered = logits(graph, ids, strength);
    assertThat(measured.kl()[0]).isZero();
    assertThat(measured.plainLogprobs()[0]).isZero();
    double most = 0;
    for (int at = 1; at < ids.length; at++) {
      double[] p = probabilities(steered[at - 1]);
      double[] q = probabilities(plain[at - 1]);
      double nats = 0;
      for (int token = 0; token < p.length; token++) {
        nats += p[token] * Math.log(p[token] / q[token]);
      }
      most = Math.max(most, nats);
      int token = (int) ids[at];
      assertThat(measured.kl()[at]).as("seed %d", SEED).isCloseTo(nats, within(tolerance));
      assertThat(measured.plainLogprobs()[at]).isCloseTo(Math.log(q[token]), within(tolerance));
      assertThat(measured.steeredLogprobs()[at]).isCloseTo(Math.log(p[token]), within(tolerance));
    }
    assertThat(most).isGreaterThan(ids.length > 1 ? 10 * 1e-4 : -1);
  }

  private double[][] logits(TestGraph graph, long[] ids, int times) {
    Gpt2Reference.Edit edit = Gpt2Reference.Edit.at(1, "resid_post", x -> moved(x, times));
    return Gpt2Reference.run(graph.model(), Batch.single(ids), edit).logits()[0];
  }

  private double[] moved(double[] x, int times) {
    double[] moved = x.clone();
    for (int i = 0; i < moved.length; i++) {
      moved[i] += times * vector[i];
    }
    return moved;
  }

  private static double[] probabilities(double[] logits) {
    double sum = 0;
    for (double logit : logits) {
      sum += Math.exp(logit);
    }
    double[] shares = new double[logits.length];
    for (int i = 0; i < shares.length; i++) {
      shares[i] = Math.exp(logits[i]) / sum;
    }
    return shares;
  }

  /** Rules that count generated tokens: what the real decoding showed comes back. */
  @ParameterizedTest
  @ValueSource(strings = {"withpast", "nopast-op17", "merged", "static-idsonly-ir3"})
  void tokensBehindThePromptCountAsGenerated(String name) {
    try (SteeredModel model = open(name)) {
      int most = Math.min(9, model.context().orElse(100)) - NEW;
      List<Continued> texts = new ArrayList<>();
      List<Completion> shown = new ArrayList<>();
      for (Term rule :
          List.of(
              term(40).on(Positions.GENERATED),
              term(40).on(Positions.PROMPT),
              term(40).on(Positions.last(1)),
              term(40).fading(Decay.linear(2)))) {
        Prompt prompt =
            Prompt.ofIds(ids(1 + random.nextInt(most)))
                .steered(Steering.of(rule))
                .with(s -> s.greedy().maxNewTokens(NEW).endTokens(Set.of()).logprobs(1));
        shown.add(model.generate(prompt).get(0).orThrow());
        texts.add(Continued.of(shown.get(shown.size() - 1)));
      }
      List<Divergence> measured = model.compare(texts);
      for (int row = 0; row < shown.size(); row++) {
        Divergence one = measured.get(row);
        assertThat(one.prompt()).isEqualTo(shown.get(row).prompt().length);
        for (int i = 0; i < NEW; i++) {
          assertThat(one.steeredLogprobs()[one.prompt() + i])
              .isCloseTo(shown.get(row).scores().get(i).logprob(), within(1e-4));
        }
      }
      Divergence generated = measured.get(0);
      for (int at = 0; at <= generated.prompt(); at++) {
        assertThat(generated.kl()[at]).as("token %d", at).isZero();
      }
      assertThat(generated.kl()[generated.prompt() + 1]).isGreaterThan(0.01);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"withpast", "nopast-op17"})
  void plainIsTheTraceAndNothingIsApart(String name) {
    try (SteeredModel model = open(name)) {
      long[] prompt = ids(3);
      long[] rest = ids(3);
      Divergence none = model.compare(List.of(new Continued(Prompt.ofIds(prompt), rest))).get(0);
      assertThat(none.kl()).containsOnly(0);
      assertThat(none.steeredLogprobs()).isEqualTo(none.plainLogprobs());
      Trace trace = model.trace(Prompt.ofIds(none.tokens())).get(0);
      for (int at = 0; at < 6; at++) {
        assertThat(none.plainLogprobs()[at]).isCloseTo(trace.logprobs()[at], within(1e-5));
      }
      double surprise = 0;
      for (int at = 3; at < 6; at++) {
        surprise -= none.plainLogprobs()[at];
      }
      assertThat(none.surprise(700)).isCloseTo(surprise, within(1e-12));
      assertThat(none.surprise(0.5)).isLessThanOrEqualTo(1.5);
    }
  }

  /** A condition is about the prompt, however the text goes on. */
  @ParameterizedTest
  @ValueSource(strings = {"withpast", "nopast-op17"})
  void conditionsSeeThePromptOnly(String name) {
    try (SteeredModel model = open(name)) {
      long[] prompt = ids(3);
      long[] rest = ids(4);
      float[] seen = model.trace(Prompt.ofIds(prompt)).get(0).activations().get(SITE).values();
      Floats last = new Floats(new long[] {24}, Arrays.copyOfRange(seen, 2 * 24, 3 * 24));
      Condition holds = Condition.above(SITE, last, 0.999).atLastToken();
      Condition fails = Condition.below(SITE, last, 0.999).atLastToken();
      List<Divergence> all =
          model.compare(
              List.of(
                  new Continued(Prompt.ofIds(prompt).steered(steering(9)), rest),
                  new Continued(
                      Prompt.ofIds(prompt).steered(Steering.of(term(9).when(holds))), rest),
                  new Continued(
                      Prompt.ofIds(prompt).steered(Steering.of(term(9).when(fails))), rest)));
      assertThat(all.get(1).kl()).containsExactly(all.get(0).kl(), within(1e-6));
      assertThat(all.get(0).kl()[1]).isPositive();
      assertThat(all.get(2).kl()).containsOnly(0);
    }
  }

  private SteeredModel open(String name) {
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) random.nextGaussian() / 4;
    }
    InputMode mode = InputMode.values()[name.length() % 2];
    Path path =
        TestModels.patched(
            TestModels.graph(name), folder, mode, "1.resid_post:add", "1.resid_post:tap");
    return SteeredModel.open(path, ModelOptions.DEFAULT.threads(1));
  }

  private static TestGraph graph(String name) {
    return TestData.graphs().stream().filter(g -> g.name().equals(name)).findFirst().orElseThrow();
  }

  private Term term(double strength) {
    return Term.of(Vector.of("v", vector), strength).at(SITE);
  }

  private Steering steering(double strength) {
    return Steering.of(term(strength));
  }

  private long[] ids(int count) {
    return random.longs(count, 0, 96).toArray();
  }
}
