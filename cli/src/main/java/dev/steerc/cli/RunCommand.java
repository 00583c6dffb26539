package dev.steerc.cli;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.Completion;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.Sampling;
import dev.steerc.runtime.Session;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.steering.Steering;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code steerc run}: generates text, steered. */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    synopsisHeading = "%nUsage: ",
    descriptionHeading = "%n",
    parameterListHeading = "%nParameters:%n",
    optionListHeading = "%nOptions:%n",
    header = {
      "Generate text from a model, steered where it was patched.",
      "",
      "  steerc run gpt2.steered.onnx \"I feel\" --steer joy:4",
      "  steerc run gpt2.steered.onnx \"I feel\" --steer v.npy:1.5@2:after:5 --compare",
      "  steerc run gpt2.onnx --ids 74,491,22 --greedy --max-new-tokens 12 --json"
    },
    description = {
      "The text goes to stdout as it is generated, the timing to stderr. Where neither options nor the",
      "files beside the model say otherwise, it draws with temperature 0.7 among the 50 best tokens."
    })
final class RunCommand implements Runnable {
  @Mixin private GeneratingModelArgs model;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "PROMPT",
      description = "The text to go on from; - reads it from stdin.")
  private String prompt;

  @Option(
      names = "--ids",
      paramLabel = "IDS",
      description = "The prompt as token ids with commas between; needs no tokenizer.")
  private String ids;

  @ArgGroup(validate = false, order = 1, heading = "%nSteering:%n")
  private SteerArgs steer = new SteerArgs();

  @Option(names = "--compare", description = "Print the plain and the steered text side by side.")
  private boolean compare;

  @ArgGroup(validate = false, order = 2, heading = "%nGenerating:%n")
  private GenerateArgs generate = new GenerateArgs();

  @Option(
      names = {"-n", "--num-return-sequences"},
      paramLabel = "N",
      defaultValue = "1",
      description = "How many texts to generate (default: ${DEFAULT-VALUE}).")
  private int sequences;

  @Option(
      names = "--logprobs",
      paramLabel = "N",
      defaultValue = "0",
      description = "With --json, the log-probabilities of the N best tokens.")
  private int logprobs;

  @Mixin private Talk talk;

  @Override
  public void run() {
    Prompt plain = prompt();
    Steering steering = steer.steering(model.path());
    Stopwatch watch = new Stopwatch();
    try (SteeredModel opened = model.open(sequences == 1 && !compare)) {
      talk.warn(opened.doubts());
      Prompt steered =
          plain
              .steered(steering)
              .with(s -> generate.over(s).sequences(sequences).logprobs(logprobs));
      List<Prompt> prompts = new ArrayList<>(List.of(steered));
      if (compare) {
        // one seed, so that only the steering makes a difference
        long seed = Sampling.anySeed();
        Prompt seeded = steered.with(s -> s.sampling().seed().isPresent() ? s : s.seed(seed));
        prompts = List.of(seeded.steered(Steering.NONE), seeded);
      }
      watch.loaded();
      boolean chance = !generate.over(opened.defaults()).sampling().isGreedy();
      RunOutput output = new RunOutput(opened, talk, steering, compare, chance, watch);
      try (Session session = opened.start(prompts, output)) {
        while (session.step()) {
          if (System.out.checkError()) {
            session.cancel(); // the reader has gone
          }
        }
        output.finish(session.completions());
        session.completions().forEach(Completion::orThrow);
      }
    }
  }

  private Prompt prompt() {
    if ((prompt == null) == (ids == null)) {
      throw Problem.of(Code.USAGE, prompt == null ? "there is no prompt" : "there are two prompts")
          .help("pass a text, - for stdin, or --ids")
          .exception();
    }
    if (ids != null) {
      return Prompt.ofIds(parsed(ids));
    }
    return Prompt.of(prompt.equals("-") ? stdin() : prompt);
  }

  private static long[] parsed(String ids) {
    if (!ids.matches("\\s*\\d{1,18}(\\s*,\\s*\\d{1,18})*\\s*")) {
      throw Problem.of(Code.USAGE, "`--ids " + ids + "` cannot be understood")
          .help("pass token ids with commas between, such as 74,491,22")
          .exception();
    }
    return Arrays.stream(ids.strip().split("\\s*,\\s*")).mapToLong(Long::parseLong).toArray();
  }

  private static String stdin() {
    try {
      return new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
