package dev.steerc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The transcripts in README.md, docs and testdata/transcripts are what the commands print.
 *
 * <p>{@code -Dsteerc.rewrite=true} writes them anew.
 */
class TranscriptTest {
  private static final boolean REWRITE = Boolean.getBoolean("steerc.rewrite");

  @TempDir Path folder;

  static List<Path> transcripts() throws IOException {
    try (Stream<Path> files = Files.list(Steered.root().resolve("testdata/transcripts"))) {
      return files.filter(file -> file.toString().endsWith(".txt")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("transcripts")
  void printsWhatTheTranscriptSays(Path file) throws Exception {
    Transcript written = Transcript.parse(Files.readString(file));
    Transcript now = written.again(Steered.in(folder));
    if (REWRITE) {
      Files.writeString(file, now.text());
    }
    assertThat(now.stable()).isEqualTo(REWRITE ? now.stable() : written.stable());
  }

  static List<Path> pages() throws IOException {
    try (Stream<Path> docs = Files.list(Steered.root().resolve("docs"))) {
      Stream<Path> all = Stream.concat(Stream.of(Steered.root().resolve("README.md")), docs);
      return all.filter(TranscriptTest::hasTranscripts).sorted().toList();
    }
  }

  /** Those of docs/serving.md need a server, and have a test of their own. */
  private static boolean hasTranscripts(Path page) {
    try {
      return page.toString().endsWith(".md")
          && !page.endsWith("docs/serving.md")
          && Transcript.CONSOLE.matcher(Files.readString(page)).find();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The blocks of a page are one session in one folder. */
  @ParameterizedTest
  @MethodSource("pages")
  void pagesShowRealTranscripts(Path page) throws Exception {
    String text = Files.readString(page);
    Steered steered = Steered.in(folder);
    Matcher blocks = Transcript.CONSOLE.matcher(text);
    StringBuilder rewritten = new StringBuilder();
    int commands = 0;
    while (blocks.find()) {
      Transcript written = Transcript.parse(blocks.group(1));
      Transcript now = written.again(steered);
      commands += now.commands().size();
      if (!REWRITE) {
        assertThat(now.stable()).isEqualTo(written.stable());
      }
      String block = "```console\n" + now.text() + "```";
      blocks.appendReplacement(rewritten, Matcher.quoteReplacement(block));
    }
    blocks.appendTail(rewritten);
    if (REWRITE) {
      Files.writeString(page, rewritten.toString());
    }
    assertThat(commands).isGreaterThanOrEqualTo(3);
  }
}
