package dev.steerc.cli.serve.bench;

import dev.steerc.cli.serve.ServeOptions;
import dev.steerc.cli.serve.Server;
import dev.steerc.cli.serve.ops.Log;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.Completion;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.bench.Footprint;
import dev.steerc.runtime.steering.Steering;
import dev.steerc.runtime.steering.VectorFile;
import dev.steerc.runtime.steering.VectorStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * What serving costs: clients send requests with different steerings to a server in this process,
 * and compare each text with the one that the model generates alone.
 *
 * @param clients how many ask at once under load
 * @param steerings how many different ones they ask for
 * @param prompts texts to go on from
 * @param tokens the most tokens of a text
 * @param load how long the clients ask
 */
public record ServeBench(
    int clients, int steerings, List<String> prompts, int tokens, Duration load, long seed) {
  private static final int[] BATCHES = {1, 2, 4, 8, 16};
  private static final double[] STRENGTHS = {1, 0.5, -0.5, 1.5};

  public ServeBench {
    prompts = List.copyOf(prompts);
    if (clients < 1 || steerings < 1 || tokens < 1 || load.isNegative()) {
      throw Problem.of(Code.USAGE, "clients, steerings and tokens are 1 or more")
          .help("leave them out for 64 clients with 32 steerings")
          .exception();
    }
  }

  /** The texts of a second when so many run at once, and how many times those of one that is. */
  public record Throughput(int batch, double tokensPerSecond) {}

  /**
   * What came of all.
   *
   * @param alone tokens a second when texts are generated one behind the other without a server
   * @param before the process before the load, warmed up
   * @param after the process behind it
   */
  public record Result(
      double alone, List<Throughput> throughputs, Load load, Footprint before, Footprint after) {}

  /**
   * Measures.
   *
   * @param say hears of what is done next
   * @throws SteercException when the model has no vector that fits
   */
  public Result run(SteeredModel model, ServeOptions options, Consumer<String> say)
      throws InterruptedException {
    say.accept("generating every text alone ...");
    List<Task> tasks = new ArrayList<>();
    double alone = alone(model, VectorStore.open(options.vectors()), tasks);
    try (Server server = Server.start(model, options, Log.NONE)) {
      Client client = Client.of(server.port());
      List<Throughput> throughputs = new ArrayList<>();
      for (int batch : BATCHES) {
        say.accept("asking for " + batch + " at once ...");
        Load load = Load.of(client, tasks, batch, tasks.size(), Duration.ZERO, seed);
        throughputs.add(new Throughput(batch, load.tokensPerSecond()));
      }
      Load.of(client, tasks, clients, 2 * clients, Duration.ZERO, seed); // all threads are there
      Footprint before = Footprint.now();
      say.accept(clients + " clients for " + load.toSeconds() + " s ...");
      Load under = Load.of(client, tasks, clients, 0, load, seed);
      return new Result(alone, throughputs, under, before, Footprint.now());
    }
  }

  /** Fills in the tasks, and gives the tokens of a second. */
  private double alone(SteeredModel model, VectorStore store, List<Task> tasks) {
    List<VectorFile> vectors = store.all().stream().filter(v -> fits(model, v)).toList();
    if (vectors.isEmpty()) {
      throw Problem.of(Code.VECTOR_NOT_FOUND, "there is no vector that fits the model")
          .at(store.folder())
          .help("name a folder with --vectors")
          .exception();
    }
    for (int i = 0; i < steerings * prompts.size(); i++) {
      tasks.add(task(model, vectors, i)); // which warms up as well
    }
    long generated = 0;
    long start = System.nanoTime();
    for (int i = 0; i < tasks.size(); i++) {
      generated += task(model, vectors, i).tokens();
    }
    return generated / ((System.nanoTime() - start) / 1e9);
  }

  private static boolean fits(SteeredModel model, VectorFile vector) {
    try {
      model.bind(Steering.of(vector.vector(), 1));
      return true;
    } catch (SteercException e) {
      return false;
    }
  }

  /** One steering is none. */
  private Task task(SteeredModel model, List<VectorFile> vectors, int i) {
    int which = i % steerings;
    String prompt = prompts.get(i / steerings);
    VectorFile vector = vectors.get(which % vectors.size());
    double strength = STRENGTHS[which / vectors.size() % STRENGTHS.length];
    boolean plain = which == 0;
    Prompt asked =
        Prompt.of(prompt)
            .steered(plain ? Steering.NONE : Steering.of(vector.vector(), strength))
            .with(s -> s.seed(seed + i).maxNewTokens(tokens));
    Completion text = model.generate(asked).get(0).orThrow();
    return new Task(
        prompt,
        plain ? "" : vector.name(),
        strength,
        seed + i,
        tokens,
        text.text(),
        text.tokens().length);
  }
}
