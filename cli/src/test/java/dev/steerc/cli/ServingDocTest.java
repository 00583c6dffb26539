package dev.steerc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.cli.serve.TestServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What docs/serving.md shows is what a server of the demo model answers.
 *
 * <p>{@code -Dsteerc.rewrite=true} writes it anew.
 */
class ServingDocTest {
  private static final Path PAGE = Steered.root().resolve("docs/serving.md");
  private static final boolean REWRITE = Boolean.getBoolean("steerc.rewrite");

  @TempDir Path folder;

  /** All blocks are one session with one server, in the folder that has {@code steerc-demo}. */
  @Test
  void showsWhatTheServerAnswers() throws Exception {
    String text = Files.readString(PAGE);
    Matcher blocks = Transcript.CONSOLE.matcher(text);
    StringBuilder rewritten = new StringBuilder();
    int commands = 0;
    Path demo = Files.createDirectory(folder.resolve("steerc-demo"));
    try (TestServer server = TestServer.start(demo)) {
      while (blocks.find()) {
        Transcript written = Transcript.parse(blocks.group(1));
        Transcript now = written.again(command -> run(command, server.server().port()));
        commands += now.commands().size();
        if (!REWRITE) {
          assertThat(now.stableJson()).isEqualTo(written.stableJson());
        }
        blocks.appendReplacement(
            rewritten, Matcher.quoteReplacement("```console\n" + now.text() + "```"));
      }
    }
    blocks.appendTail(rewritten);
    if (REWRITE) {
      Files.writeString(PAGE, rewritten.toString());
    }
    assertThat(commands).isGreaterThanOrEqualTo(3);
  }

  private Steered.Run run(Transcript.Command command, int port) throws Exception {
    List<String> arguments = List.of(command.arguments());
    if (!command.isCurl()) {
      return new Steered(folder).run(command.arguments());
    }
    String answer = Curl.run(arguments, port, folder);
    return new Steered.Run(answer.isEmpty() || answer.endsWith("\n") ? answer : answer + "\n", 0);
  }
}
