package dev.steerc.runtime.laws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steerc.models.Batch;
import dev.steerc.models.Gpt2Reference;
import dev.steerc.models.TestGraph;
import dev.steerc.plan.AddVector;
import dev.steerc.plan.InputMode;
import dev.steerc.plan.Intervention;
import dev.steerc.plan.Request;
import dev.steerc.plan.Site;
import dev.steerc.runtime.Completion;
import dev.steerc.runtime.Generation;
import dev.steerc.runtime.Listener;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.TokenScore;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.steering.Decay;
import dev.steerc.runtime.steering.Edit;
import dev.steerc.runtime.steering.Positions;
import dev.steerc.runtime.steering.Term;
import dev.steerc.runtime.steering.Vector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the runtime generates, row by row and together, is what the model computes when it is fed
 * the whole text and the tensors of the wire contract at once (laws 6 and 7).
 */
class GenerationLawTest {
  private static final long SEED = Long.getLong("steerc.seed", 41);
  private static final int[] SIZES = {1, 3, 8};
  private static final int NEW = 6;

  @TempDir private Path folder;

  private final Random random = new Random(SEED);

  @BeforeAll
  static void tellTheSeed() {
    System.out.println("GenerationLawTest: -Dsteerc.seed=" + SEED);
  }

  /** All that have a head to generate with. */
  static Stream<ModelUnderTest> models() {
    return ModelUnderTest.all().stream()
        .filter(m -> !m.name().startsWith("no-head"))
        .filter(m -> !m.name().contains("one-layer"));
  }

  /** How strong a token is steered, told in other words than the runtime's. */
  private interface Strength {
    double at(int position, int prompt);
  }

  /** A term for the runtime, and the same for the wire contract. */
  private record Twin(Term term, Site.InBlock site, float[] vector, String op, Strength strength) {}

  /** One row: its prompt and what steers it. */
  private record Task(long[] prompt, List<Twin> twins) {
    Prompt asked(int vocabulary) {
      Term[] terms = twins.stream().map(Twin::term).toArray(Term[]::new);
      return Prompt.ofIds(prompt)
          .steered(dev.steerc.runtime.steering.Steering.of(terms))
          .with(
              s ->
                  s.greedy()
                      .maxNewTokens(NEW)
                      .endTokens(Set.of())
                      .logprobs(Math.min(1000, vocabulary)));
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void batchesEqualSingleRunsAndFullRecompute(ModelUnderTest model) throws IOException {
    Path patched = patched(model);
    List<Task> tasks = new ArrayList<>();
    List<Completion> singles = new ArrayList<>();
    try (SteeredModel steered = SteeredModel.open(patched)) {
      int most = steered.context().orElse(100);
      for (int i = 0; i < SIZES[SIZES.length - 1]; i++) {
        int length = 1 + random.nextInt(Math.min(7, most - 1));
        long[] prompt = random.longs(length, 0, steered.vocabulary()).toArray();
        tasks.add(new Task(prompt, twins(model)));
        singles.add(steered.generate(tasks.get(i).asked(steered.vocabulary())).get(0));
      }
      for (int size : SIZES) {
        Prompt[] prompts =
            tasks.stream()
                .limit(size)
                .map(task -> task.asked(steered.vocabulary()))
                .toArray(Prompt[]::new);
        List<Completion> together = steered.generate(prompts);
        for (int row = 0; row < size; row++) {
          String what = size + " rows, row " + row;
          check(model, "batch", what, logprobs(singles.get(row)), together.get(row));
        }
      }
      List<Completion> joined = joining(steered, tasks);
      for (int row = 0; row < joined.size(); row++) {
        check(model, "joining", "row " + row, logprobs(singles.get(row)), joined.get(row));
      }
    }
    checkAgainstTheWholeText(model, tasks, singles);
  }

  /** Together they would take more columns than there are positions, if the padding stayed. */
  @ParameterizedTest
  @MethodSource("models")
  void shortTextsGoOnWhereLongOnesHaveEnded(ModelUnderTest model) {
    try (SteeredModel steered = SteeredModel.open(patched(model))) {
      int most = steered.context().orElse(0);
      assumeTrue(most > 8 && most <= 128, "the positions take too long, or are not known");
      List<Prompt> prompts = new ArrayList<>();
      for (int length : new int[] {most - 4, 2}) {
        long[] ids = random.longs(length, 0, steered.vocabulary()).toArray();
        prompts.add(
            Prompt.ofIds(ids)
                .with(s -> s.greedy().maxNewTokens(most / 2).endTokens(Set.of()).logprobs(50)));
      }
      List<Completion> together = steered.generate(prompts.toArray(Prompt[]::new));
      Completion alone = steered.generate(prompts.get(1)).get(0).orThrow();
      assertThat(together.get(0).orThrow().tokens()).hasSize(4);
      check(model, "longer", "the short one", logprobs(alone), together.get(1).orThrow());
    }
  }

  /** The same texts in one batch that each of them joins when it likes, beside one that is left. */
  private List<Completion> joining(SteeredModel steered, List<Task> tasks) {
    List<Generation> all = new ArrayList<>();
    for (Task task : tasks) {
      all.add(steered.prepare(List.of(task.asked(steered.vocabulary())), Listener.NONE));
    }
    Generation left =
        steered.prepare(List.of(tasks.get(0).asked(steered.vocabulary())), Listener.NONE);
    try (dev.steerc.runtime.Batch batch = steered.batch()) {
      int added = 0;
      boolean more = true;
      for (int step = 0; more || added < all.size(); step++) {
        while (added < all.size() && (!more || random.nextInt(3) > 0)) {
          batch.add(all.get(added++));
          more = true;
        }
        if (step == 1) {
          batch.add(left);
        }
        if (step == 3) {
          left.cancel();
        }
        more = batch.step();
      }
      assertThat(batch.size()).isZero();
    }
    return all.stream().flatMap(g -> g.completions().stream()).map(Completion::orThrow).toList();
  }

  private void checkAgainstTheWholeText(
      ModelUnderTest model, List<Task> tasks, List<Completion> singles) throws IOException {
    try (Decoder decoder =
        Decoder.patched(
            model,
            Files.createTempDirectory(folder, "whole"),
            InputMode.OPTIONAL,
            interventions(model))) {
      for (int row = 0; row < tasks.size(); row++) {
        Completion single = singles.get(row);
        int prompt = single.prompt().length;
        long[] text = whole(single);
        int width = Math.max(text.length, decoder.fixedWidth());
        long[][] rows = new long[Math.max(1, decoder.fixedRows())][];
        Arrays.fill(rows, Arrays.copyOf(text, width));
        Batch batch = Batch.leftPadded(rows);
        List<Steering> tensors = tensors(model, tasks.get(row).twins(), prompt, width);
        if (!model.isLastOnly()) {
          Floats logits = decoder.run(batch, tensors).logits();
          check(model, "whole", "row " + row, logprobs(logits, single), single);
        }
        Optional<TestGraph> graph = model.graph();
        if (graph.isPresent()) {
          Gpt2Reference.Run run =
              Gpt2Reference.run(graph.get().model(), Batch.single(text), Steering.edit(tensors));
          Floats exact = Comparison.floats(run.logits());
          check(model, "reference", "row " + row, logprobs(exact, single), single);
        }
      }
    }
  }

  /** The prompt and all but the last token, which nothing has looked at. */
  private static long[] whole(Completion completion) {
    int prompt = completion.prompt().length;
    long[] text = Arrays.copyOf(completion.prompt(), prompt + completion.tokens().length - 1);
    System.arraycopy(completion.tokens(), 0, text, prompt, text.length - prompt);
    return text;
  }

  /** Every step's scores and choice, as far as the choices are the same. */
  private static void check(
      ModelUnderTest model, String law, String what, double[][] expected, Completion measured) {
    double worst = 0;
    double squares = 0;
    int count = 0;
    String where = law + " " + model + ": " + what + ", seed " + SEED;
    assertThat(measured.tokens()).as(where).hasSize(expected.length);
    for (int step = 0; step < expected.length; step++) {
      TokenScore score = measured.scores().get(step);
      for (TokenScore.Candidate candidate : score.best()) {
        int token = (int) candidate.token();
        double wanted = token < expected[step].length ? expected[step][token] : Double.NaN;
        if (!Double.isNaN(wanted)) {
          double difference = Math.abs(candidate.logprob() - wanted);
          worst = Math.max(worst, difference);
          squares += difference * difference;
          count++;
        }
      }
      double[] best =
          Arrays.stream(expected[step]).filter(x -> !Double.isNaN(x)).sorted().toArray();
      boolean clear = best[best.length - 1] - best[best.length - 2] > 10 * model.kind().tolerance();
      double chosen = expected[step][(int) measured.tokens()[step]];
      if (clear) {
        assertThat(chosen).as(where + ", step " + step).isEqualTo(best[best.length - 1]);
      } else if (chosen != best[best.length - 1]) {
        break;
      }
    }
    boolean quantised = model.kind().isQuantised();
    double difference = quantised ? Math.sqrt(squares / count) : worst;
    Comparison.report("generated, " + law + " " + model, difference);
    assertThat(difference).as(where).isLessThanOrEqualTo(tolerance(model, law));
  }

  /** Two runs of a model that is not exact differ by what either of them is off. */
  private static double tolerance(ModelUnderTest model, String law) {
    boolean exact = model.kind() == ModelUnderTest.Kind.FLOAT32 || law.equals("reference");
    return (exact ? 1 : 2) * model.kind().tolerance();
  }

  /** By step and token; NaN where they were not told. */
  private static double[][] logprobs(Completion completion) {
    double[][] all = new double[completion.tokens().length][];
    for (int step = 0; step < all.length; step++) {
      List<TokenScore.Candidate> best = completion.scores().get(step).best();
      int size = 1 + (int) best.stream().mapToLong(c -> c.token()).max().orElseThrow();
      all[step] = new double[size];
      Arrays.fill(all[step], Double.NaN);
      for (TokenScore.Candidate candidate : best) {
        all[step][(int) candidate.token()] = candidate.logprob();
      }
    }
    return all;
  }

  /** The same from the logits of the whole text, at the tokens that something was chosen from. */
  private static double[][] logprobs(Floats logits, Completion completion) {
    int width = logits.width();
    double[][] all = new double[completion.tokens().length][width];
    for (int step = 0; step < all.length; step++) {
      int from = (completion.prompt().length - 1 + step) * width;
      double sum = 0;
      for (int i = 0; i < width; i++) {
        sum += Math.exp(logits.values()[from + i]);
      }
      for (int i = 0; i < width; i++) {
        all[step][i] = logits.values()[from + i] - Math.log(sum);
      }
    }
    return all;
  }

  private static Site.InBlock early() {
    return new Site.InBlock(0, Site.Kind.ATTN_OUT);
  }

  private static Site.InBlock middle(ModelUnderTest model) {
    return new Site.InBlock((model.residual().blocks() - 1) / 2, Site.Kind.RESID_POST);
  }

  private static Site.InBlock late(ModelUnderTest model) {
    return new Site.InBlock(model.residual().blocks() - 1, Site.Kind.RESID_PRE);
  }

  private static List<Intervention> interventions(ModelUnderTest model) {
    return List.of(
        Steering.projection(early()),
        new AddVector(middle(model)),
        Steering.projection(late(model)));
  }

  /** Up to two edits at each site; sometimes none at all. */
  private List<Twin> twins(ModelUnderTest model) {
    List<Twin> twins = new ArrayList<>();
    for (Site.InBlock site : List.of(early(), middle(model), late(model))) {
      boolean add = site.equals(middle(model));
      for (int i = random.nextInt(3); i > 0; i--) {
        twins.add(twin(model, site, add ? "add" : random.nextBoolean() ? "ablate" : "clamp"));
      }
    }
    return twins;
  }

  private Twin twin(ModelUnderTest model, Site.InBlock site, String op) {
    int width = model.residual().hidden();
    float[] vector = new float[width];
    for (int i = 0; i < width; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    double size = op.equals("add") ? random.nextGaussian() : 0.5 + random.nextDouble();
    int n = random.nextInt(6);
    Positions positions =
        List.of(
                Positions.ALL,
                Positions.PROMPT,
                Positions.GENERATED,
                Positions.first(n),
                Positions.last(n),
                Positions.after(n))
            .get(random.nextInt(6));
    Decay decay =
        List.of(Decay.CONSTANT, Decay.linear(n + 1), Decay.halfLife(n + 1)).get(random.nextInt(3));
    Floats tensor = new Floats(new long[] {width}, vector);
    Edit edit =
        switch (op) {
          case "add" -> new Edit.Add(tensor);
          case "ablate" -> new Edit.Ablate(tensor);
          default -> new Edit.Clamp(tensor, 1.5);
        };
    Term term = Term.of(Vector.of(op, edit), size).at(site).on(positions).fading(decay);
    Strength strength =
        (p, prompt) -> taken(positions, p, prompt) ? size * share(decay, p - prompt + 1) : 0;
    return new Twin(term, site, vector, op, strength);
  }

  private static boolean taken(Positions positions, int p, int prompt) {
    String rule = positions.toString();
    int n = positions.count();
    return rule.equals("all")
        || rule.equals("prompt") && p < prompt
        || rule.equals("generated") && p >= prompt
        || rule.startsWith("first") && p < n
        || rule.startsWith("last") && p < prompt && p > prompt - 1 - n
        || rule.startsWith("after") && p >= n;
  }

  /** What is left for the k-th generated token, k from 1. */
  private static double share(Decay decay, int k) {
    if (k <= 0 || decay.toString().equals("constant")) {
      return 1;
    }
    double tokens = decay.tokens();
    return decay.toString().startsWith("linear")
        ? Math.max(0, (tokens - k) / tokens)
        : 1 / Math.pow(2, k / tokens);
  }

  /** The tensors of the wire contract for all tokens of one row. */
  private static List<Steering> tensors(
      ModelUnderTest model, List<Twin> twins, int prompt, int columns) {
    List<Steering> tensors = new ArrayList<>();
    for (Site.InBlock site : List.of(early(), middle(model), late(model))) {
      List<Twin> here = twins.stream().filter(t -> t.site().equals(site)).toList();
      int width = model.residual().hidden();
      if (site.equals(middle(model))) {
        Floats sum = Floats.filled(0, 1, columns, width);
        for (Twin twin : here) {
          for (int i = 0; i < columns * width; i++) {
            sum.values()[i] +=
                (float) (twin.strength().at(i / width, prompt) * twin.vector()[i % width]);
          }
        }
        tensors.add(Steering.add(site, sum));
      } else if (!here.isEmpty()) {
        tensors.add(projection(site, here, width, prompt, columns));
      }
    }
    return tensors;
  }

  private static Steering projection(
      Site.InBlock site, List<Twin> twins, int width, int prompt, int columns) {
    int rank = twins.size();
    Floats read = Floats.filled(0, 1, width, rank);
    Floats bias = Floats.filled(0, 1, columns, rank);
    Floats gain = Floats.filled(0, 1, columns, rank);
    Floats write = Floats.filled(0, 1, rank, width);
    for (int r = 0; r < rank; r++) {
      Twin twin = twins.get(r);
      double norm = 0;
      for (float x : twin.vector()) {
        norm += (double) x * x;
      }
      for (int i = 0; i < width; i++) {
        float u = (float) (twin.vector()[i] / Math.sqrt(norm));
        read.values()[i * rank + r] = u;
        write.values()[r * width + i] = -u;
      }
      for (int column = 0; column < columns; column++) {
        bias.values()[column * rank + r] = twin.op().equals("clamp") ? -1.5f : 0;
        gain.values()[column * rank + r] = (float) twin.strength().at(column, prompt);
      }
    }
    return Steering.project(site, read, bias, gain, write);
  }

  private Path patched(ModelUnderTest model) {
    InputMode mode = InputMode.values()[model.name().length() % 2];
    return model.patched(folder, Request.of(interventions(model), mode));
  }
}
