package dev.steerc.runtime;

import dev.steerc.plan.Site;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.steering.Bound;
import dev.steerc.runtime.steering.Ports;
import dev.steerc.runtime.steering.Steering;
import dev.steerc.runtime.text.ModelConfig;
import dev.steerc.runtime.text.TextStream;
import dev.steerc.runtime.text.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Stream;

/**
 * A model that generates text, steered where it was patched. Open it once and share it between
 * threads; each generation is a {@link Session} of its own.
 */
public final class SteeredModel implements AutoCloseable {
  private final ModelOptions options;
  private final ModelFiles files;
  private final Decoder decoder;
  private final ModelConfig config;
  private final Ports ports;
  private final ReentrantReadWriteLock use = new ReentrantReadWriteLock();
  private Optional<Tokenizer> tokenizer;
  private Set<String> mixing;
  private boolean closed;

  private SteeredModel(
      ModelOptions options, ModelFiles files, Decoder decoder, ModelConfig config) {
    this.options = options;
    this.files = files;
    this.decoder = decoder;
    this.config = config;
    Ports own = files.ports();
    this.ports = options.standsFor().map(model -> own.called(model.toString())).orElse(own);
  }

  /** Opens a model on the CPU. */
  public static SteeredModel open(Path model) {
    return open(model, ModelOptions.DEFAULT);
  }

  /**
   * Opens a model, patched or not. A folder is searched for the decoder in it; of a pair of
   * decoders both are opened.
   *
   * @throws SteercException when it cannot be read, run or fed
   */
  public static SteeredModel open(Path model, ModelOptions options) {
    Set<Path> found = ModelFiles.find(model);
    try (Opening opening = Opening.of(found, options)) {
      ModelFiles files = ModelFiles.of(found);
      Path home = options.standsFor().orElse(files.step().path());
      ModelConfig config = ModelConfig.beside(home);
      return new SteeredModel(options, files, files.decoder(opening), config);
    }
  }

  /** The model's file. */
  public Path path() {
    return options.standsFor().orElse(files.step().path());
  }

  /**
   * Where the files beside the model contradict it, and what was prepared of it does not hold, in
   * whole sentences; they are not believed.
   */
  public List<String> doubts() {
    return Stream.concat(files.doubts().stream(), decoder.doubts().stream()).toList();
  }

  /** The files of the decoder: one, or both of a pair. */
  public Set<Path> decoders() {
    return new LinkedHashSet<>(List.of(files.prefill().path(), files.step().path()));
  }

  /** Its steering inputs and taps; none when it is not patched. */
  public Ports ports() {
    return ports;
  }

  /** The number of tokens that it knows. */
  public int vocabulary() {
    return decoder.vocabulary();
  }

  /** The most tokens that prompt and text can have together, when that is known. */
  public OptionalInt context() {
    if (decoder.columns() > 0 && !decoder.isCached()) {
      return OptionalInt.of(decoder.columns());
    }
    // a table may have rows that the model was not trained for, and a file may be another model's
    long learned = files.step().model().context().orElse((long) Integer.MAX_VALUE);
    long graph = Math.min(learned, decoder.most().orElse(Integer.MAX_VALUE));
    int most = Math.toIntExact(Math.min(graph, config.context().orElse(Integer.MAX_VALUE)));
    return most < Integer.MAX_VALUE ? OptionalInt.of(most) : OptionalInt.empty();
  }

  /** What the files beside the model say of how to generate, and the usual defaults. */
  public Settings defaults() {
    Sampling usual = Sampling.DEFAULT;
    Sampling sampling =
        new Sampling(
            !config.doSample().orElse(!usual.greedy()),
            config.repetitionPenalty().orElse(usual.repetitionPenalty()),
            usual.frequencyPenalty(),
            usual.presencePenalty(),
            config.temperature().orElse(usual.temperature()),
            config.topK().orElse(usual.topK()),
            config.topP().orElse(usual.topP()),
            config.minP().orElse(usual.minP()),
            usual.seed());
    return Settings.DEFAULT
        .sampling(sampling)
        .maxNewTokens(config.maxNewTokens().orElse(Settings.DEFAULT.maxNewTokens()))
        .endTokens(config.endTokens());
  }

  /** The tokenizer, when there is one. */
  public synchronized Optional<Tokenizer> tokenizer() {
    if (tokenizer == null) {
      tokenizer =
          options.tokenizer().isPresent()
              ? options.tokenizer().map(Tokenizer::open)
              : Tokenizer.beside(path());
    }
    return tokenizer;
  }

  /**
   * The tokenizer, where there has to be one.
   *
   * @param why what it is for, as the problem says it
   */
  public Tokenizer tokenizerFor(String why) {
    String help = "put tokenizer.json beside the model, or pass --tokenizer FILE";
    return tokenizer().orElseThrow(() -> noTokenizer(why).help(help).exception());
  }

  /**
   * Fits a steering to the model, as every session does.
   *
   * @throws SteercException with all that does not fit
   */
  public Bound bind(Steering steering) {
    return ports.bind(steering, options.anyBase());
  }

  /**
   * The same for a text.
   *
   * @param prompt the tokens of its prompt
   * @param tokens how many tokens run at once, from its start
   */
  Bound bind(Steering steering, int prompt, int tokens) {
    Bound bound = bind(steering);
    if (decoder.columns() != 1 || recomputes()) {
      ports.checkOneVector(bound, prompt, tokens);
    }
    return bound;
  }

  /**
   * Generates a text.
   *
   * @throws SteercException when something is wrong with the prompt, the steering or the run
   */
  public Completion generate(String prompt, Steering steering) {
    return generate(Prompt.of(prompt).steered(steering)).get(0).orThrow();
  }

  /**
   * Generates a text for each prompt, or as many as its settings ask for. One that fails says so in
   * its completion, and the others are generated all the same.
   */
  public List<Completion> generate(Prompt... prompts) {
    try (Session session = start(List.of(prompts), Listener.NONE)) {
      return session.finish();
    }
  }

  /**
   * Begins to generate; nothing runs before the first step.
   *
   * @throws SteercException when a prompt, a steering or a setting is wrong
   */
  public Session start(List<Prompt> prompts, Listener listener) {
    return start(prompts, listener, 1);
  }

  /**
   * The same so that a text does not depend on the others, bit for bit, as long as all prompts have
   * as many tokens and {@link #mixing} names no operator. Kernels round a row that runs alone, and
   * the last one of an odd number, otherwise than others: so one of them runs beside itself.
   */
  public Session startApart(List<Prompt> prompts, Listener listener) {
    return start(prompts, listener, mixing().isEmpty() ? 2 : 1);
  }

  private Session start(List<Prompt> prompts, Listener listener, int unit) {
    List<Row> rows = rows(prompts, listener);
    List<List<Row>> groups = groups(rows, rows.size());
    groups.forEach(this::check);
    return new Session(this, rows, groups, unit);
  }

  /**
   * The operators by which rows that run together change each other's numbers: scales that are
   * taken from all rows at once, experts that sum up in the order of what they get. Texts of such a
   * model are only repeatable one at a time.
   */
  public synchronized Set<String> mixing() {
    if (mixing == null) {
      mixing = files.mixing(); // the graph need not be read to generate one text
    }
    return mixing;
  }

  /**
   * How many texts to generate at once, so that their scores and caches stay small beside the
   * memory of the machine.
   *
   * @param prompt the tokens of each prompt
   * @param tokens the most tokens that each can have, prompt included
   */
  public int atOnce(int prompt, long tokens) {
    long cache = Math.max(1, bytesPerToken() * Math.min(tokens, most()));
    long fit = Math.max(1, Memory.forCaches() / cache);
    return (int) Math.min(fit, Memory.atOnce(prompt, vocabulary()));
  }

  /**
   * Checks prompts, so that a {@link Batch} can take them in.
   *
   * @throws SteercException when a prompt, a steering or a setting is wrong
   */
  public Generation prepare(List<Prompt> prompts, Listener listener) {
    return new Generation(rows(prompts, listener));
  }

  /** A batch that texts join and leave while it runs. */
  public Batch batch() {
    return new Batch(this);
  }

  /** What the cache takes for each token of each text, in bytes; 0 where that is not known. */
  public long bytesPerToken() {
    return decoder.bytesPerToken();
  }

  /** The graph itself, to be run without generating. */
  public RawModel raw() {
    return decoder.raw(this, files);
  }

  private List<Row> rows(List<Prompt> prompts, Listener listener) {
    if (prompts.isEmpty()) {
      throw new IllegalArgumentException("no prompts");
    }
    List<Row> rows = new ArrayList<>();
    for (Prompt prompt : prompts) {
      Settings settings = prompt.settings().apply(defaults());
      long[] ids = ids(prompt);
      Bound bound = bind(prompt.steering(), ids.length, ids.length + (recomputes() ? 1 : 0));
      long seed = settings.sampling().seed().orElseGet(Sampling::anySeed);
      Memory.check(path(), settings.sequences(), ids.length, vocabulary());
      for (int i = 0; i < settings.sequences(); i++) {
        rows.add(
            new Row(
                rows.size(), ids, most(), bound, settings, seed + i, stream(settings), listener));
      }
    }
    return rows;
  }

  void check(List<Row> group) {
    Memory.check(path(), group.size(), longest(group), vocabulary());
  }

  static int longest(List<Row> rows) {
    return rows.stream().mapToInt(Row::length).max().orElse(1);
  }

  /**
   * Runs each text once, steered as its prompt says, and generates nothing: what the model thought
   * of its tokens, and the values at all taps. All tokens are the prompt; settings do not matter.
   *
   * @throws SteercException when something is wrong with a prompt, a steering or the run
   */
  public List<Trace> trace(Prompt... prompts) {
    return trace(List.of(prompts), ports.taps().keySet());
  }

  /**
   * The same with the values at some taps, or at none when only the scores are wanted.
   *
   * @param taps the sites to read; the model has to have a tap at each
   */
  public List<Trace> trace(List<Prompt> prompts, Set<Site> taps) {
    return new Given(this).look(given(prompts), taps, lane -> lane.trace(taps));
  }

  /**
   * The values [tokens, hidden] at some taps and nothing else, by prompt: no scores are taken,
   * which for many texts saves much time and memory.
   *
   * @param taps the sites to read, one at least; the model has to have a tap at each
   */
  public List<Map<Site, Floats>> activations(List<Prompt> prompts, Set<Site> taps) {
    return activationsOf(given(prompts), taps);
  }

  /** The same of prompts that go on, whose steering counts what follows as generated. */
  public List<Map<Site, Floats>> activationsOf(List<Continued> texts, Set<Site> taps) {
    if (taps.isEmpty()) {
      throw new IllegalArgumentException("no taps");
    }
    return new Given(this).look(texts, taps, lane -> lane.activations(taps));
  }

  private static List<Continued> given(List<Prompt> prompts) {
    return prompts.stream().map(prompt -> new Continued(prompt, new long[0])).toList();
  }

  /**
   * Runs each text once plain and once steered as its prompt says, and tells how far the
   * distributions of its tokens are apart; nothing is generated. No more than the scores of one run
   * are ever kept.
   *
   * @throws SteercException when something is wrong with a text, a steering or a run
   */
  public List<Divergence> compare(List<Continued> texts) {
    return new Given(this).compare(texts);
  }

  int most() {
    return context().orElse(Integer.MAX_VALUE);
  }

  private Optional<TextStream> stream(Settings settings) {
    Optional<TextStream> stream = tokenizer().map(t -> TextStream.of(t, settings.stop()));
    if (stream.isEmpty() && !settings.stop().isEmpty()) {
      throw noTokenizer("stop strings need one").exception();
    }
    return stream;
  }

  /**
   * The tokens of a prompt.
   *
   * @throws SteercException when there are none, or the model cannot run them
   */
  public long[] ids(Prompt prompt) {
    return checked(prompt.ids().orElseGet(() -> encode(prompt)), prompt.ids().isPresent());
  }

  /**
   * The same tokens.
   *
   * @param given whether they are no tokenizer's
   * @throws SteercException when the model cannot run them
   */
  long[] checked(long[] ids, boolean given) {
    if (ids.length == 0) {
      throw Problem.of(Code.EMPTY_PROMPT, "the prompt has no token")
          .help("write at least one word")
          .exception();
    }
    for (long id : ids) {
      if (id < 0 || id >= vocabulary()) {
        throw unknown(id, given);
      }
    }
    if (ids.length > most()) {
      throw Problem.of(Code.PROMPT_TOO_LONG, "the prompt has " + ids.length + " tokens")
          .at(path())
          .note("the model has " + most() + " positions")
          .help("shorten the prompt by " + (ids.length - most()) + " tokens")
          .exception();
    }
    return ids;
  }

  private RuntimeException unknown(long id, boolean given) {
    Problem problem =
        Problem.of(Code.UNKNOWN_TOKEN, "token " + id + " is not in the vocabulary")
            .at(path())
            .note("the model has the tokens 0.." + (vocabulary() - 1));
    return given
        ? problem.help("pass ids in that range").exception()
        : problem
            .note("the tokenizer is " + tokenizer().orElseThrow().file())
            .help("use the tokenizer that belongs to the model: --tokenizer FILE")
            .exception();
  }

  private long[] encode(Prompt prompt) {
    Tokenizer encoder =
        tokenizer().orElseThrow(() -> noTokenizer("the prompt is text").exception());
    return encoder.encode(prompt.text().orElseThrow(), prompt.special());
  }

  private Problem noTokenizer(String why) {
    return Problem.of(Code.NO_TOKENIZER, "there is no tokenizer beside the model")
        .at(path())
        .note(why)
        .help("put tokenizer.json beside the model, pass --tokenizer FILE, or prompt with --ids");
  }

  /**
   * Whether two texts can have the same runs: they can, where each has steering inputs of its own.
   * What depends on a prompt may come out otherwise for each.
   */
  boolean areAlike(Row a, Row b) {
    return !ports.takeOneVector()
        || !a.isUndecided() && !b.isUndecided() && ports.areAlike(a.schedule(), b.schedule());
  }

  /**
   * Rows that can run together: all, unless the graph cannot tell padding from tokens, or all rows
   * of a run have one vector.
   *
   * @param atOnce the most rows of a group, where the graph does not fix them
   */
  List<List<Row>> groups(List<Row> rows, int atOnce) {
    List<List<Row>> together = new ArrayList<>();
    for (Row row : rows) {
      together.stream()
          .filter(group -> runsWith(group.get(0), row))
          .findFirst()
          .orElseGet(() -> begun(together))
          .add(row);
    }
    List<List<Row>> groups = new ArrayList<>();
    for (List<Row> alike : together) {
      int most = decoder.rows() > 0 ? decoder.rows() : atOnce;
      for (int from = 0; from < alike.size(); from += most) {
        groups.add(alike.subList(from, Math.min(alike.size(), from + most)));
      }
    }
    return groups;
  }

  private boolean runsWith(Row first, Row row) {
    boolean fits = decoder.alignment() != Alignment.NONE || first.length() == row.length();
    return fits && areAlike(first, row);
  }

  private static List<Row> begun(List<List<Row>> groups) {
    groups.add(new ArrayList<>());
    return groups.get(groups.size() - 1);
  }

  /** Whether earlier tokens are run again with each new one, and their edits with them. */
  boolean recomputes() {
    return !decoder.isCached();
  }

  /** Whether texts that began apart can go on together. */
  boolean canJoin() {
    return decoder.canJoin();
  }

  Lane lane(List<Row> rows, Breaker breaker) {
    return lane(rows, breaker, 1);
  }

  Lane lane(List<Row> rows, Breaker breaker, int unit) {
    return new Lane(decoder, ports, rows, breaker, unit);
  }

  /** Does something that needs the model open. */
  void running(Runnable work) {
    use.readLock().lock();
    try {
      if (closed) {
        throw Problem.of(Code.MODEL_CLOSED, "the model is closed").at(path()).exception();
      }
      work.run();
    } catch (OutOfMemoryError e) {
      throw new SteercException(Memory.exhausted(path()).note(e.getMessage()), e);
    } finally {
      use.readLock().unlock();
    }
  }

  /** Frees the model when the runs that are under way are over. */
  @Override
  public void close() {
    if (use.getReadHoldCount() > 0) {
      throw new IllegalStateException("a listener closes the model that it is called from");
    }
    use.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        decoder.close();
        closeTokenizer();
      }
    } finally {
      use.writeLock().unlock();
    }
  }

  private synchronized void closeTokenizer() {
    if (tokenizer != null) {
      tokenizer.ifPresent(Tokenizer::close);
    }
  }
}
