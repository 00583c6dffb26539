package dev.steerc.cli;

import dev.steerc.cli.chat.ChatTemplate;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.steering.VectorStore;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code steerc chat}: talks with a model, steering it meanwhile. */
@Command(
    name = "chat",
    mixinStandardHelpOptions = true,
    synopsisHeading = "%nUsage: ",
    descriptionHeading = "%n",
    parameterListHeading = "%nParameters:%n",
    optionListHeading = "%nOptions:%n",
    header = {
      "Talk with a model, and steer it meanwhile.",
      "",
      "  steerc chat qwen.steered.onnx --steer joy:4",
      "  > How are you?",
      "  > /steer joy -4",
      "  > And now?"
    },
    description = {
      "The chat template beside the model is used; without one, a plain transcript. A change of the",
      "steering counts from the next answer on, for all of the conversation. Type /help for more."
    })
final class ChatCommand implements Runnable {
  @Mixin private GeneratingModelArgs model;

  @Option(names = "--system", paramLabel = "TEXT", description = "What the model is told to be.")
  private String system;

  @ArgGroup(validate = false, order = 1, heading = "%nSteering:%n")
  private SteerArgs steer = new SteerArgs();

  @ArgGroup(validate = false, order = 2, heading = "%nGenerating:%n")
  private GenerateArgs generate = new GenerateArgs();

  @Mixin private Talk talk;

  @Override
  public void run() {
    if (talk.isJson()) {
      throw Problem.of(Code.USAGE, "a chat has no JSON form")
          .help("use `steerc run --json`")
          .exception();
    }
    try (SteeredModel opened = model.open(false)) {
      talk.warn(opened.doubts());
      if (opened.tokenizer().isEmpty()) {
        throw Problem.of(Code.NO_TOKENIZER, "there is no tokenizer beside the model")
            .at(opened.path())
            .help("put tokenizer.json beside the model, or pass --tokenizer FILE")
            .exception();
      }
      VectorStore store = steer.store(model.path());
      ChatTemplate template = ChatTemplate.beside(opened.path());
      Chat chat =
          new Chat(
              opened, template, steer, store, Optional.ofNullable(system), generate::over, talk);
      try (ChatLines lines = ChatLines.open(Chat.COMMANDS, store.names())) {
        talk.say(Style.ofTerminal().faint("/help tells what else you can type"));
        chat.run(lines);
      }
    }
  }
}
