package dev.steerc.runtime.measure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.problem.Code;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A program of the user's own as the judge, well and badly behaved. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(60)
class CommandScorerTest {
  private static final Duration PATIENCE = Duration.ofMillis(1500);

  @TempDir private Path folder;

  private static double[] scores(CommandScorer scorer, String... texts) {
    List<Said> said =
        java.util.Arrays.stream(texts).map(text -> new Said("the prompt", "asked", text)).toList();
    return scorer.scores(said);
  }

  private static void check(String script, String part) {
    try (CommandScorer scorer = CommandScorer.start("sh -c '" + script + "'", PATIENCE)) {
      Refused.check(Code.SCORER_FAILED, part, () -> scores(scorer, "one", "two"));
    }
  }

  @Test
  void everyLineIsAnswered() {
    String judge =
        "sh -c 'while read -r line; do case \"$line\" in *good*) echo \"{\\\"score\\\": 1}\";;"
            + " *) echo \"{\\\"score\\\": 0.25, \\\"why\\\": \\\"dull\\\"}\";; esac; done'";
    try (CommandScorer scorer = CommandScorer.start(judge, PATIENCE)) {
      assertThat(scores(scorer, "a good one", "bad\nlines \"quoted\" \u0000"))
          .containsExactly(1, 0.25);
      assertThat(scores(scorer)).isEmpty();
      assertThat(scores(scorer, "good", "x", "good")).containsExactly(1, 0.25, 1);
    }
  }

  @Test
  void promptAndTextArriveAsJson() throws Exception {
    Path seen = folder.resolve("seen file");
    String judge =
        "sh -c 'read -r line; printf %s \"$line\" > \"$0\"; echo \"{\\\"score\\\":0}\"' '"
            + seen
            + "'";
    try (CommandScorer scorer = CommandScorer.start(judge, PATIENCE)) {
      scores(scorer, "tab\tand ü");
    }
    assertThat(Files.readString(seen))
        .isEqualTo("{\"prompt\":\"the prompt\",\"text\":\"tab\\tand ü\"}");
  }

  @Test
  void badAnswersAreProblems() {
    check("while read -r l; do echo hello; done", "something else than JSON");
    check("while read -r l; do echo \"{\\\"score\\\": NaN}\"; done", "something else than JSON");
    check("while read -r l; do echo \"{\\\"score\\\": 1.5}\"; done", "no score from 0 to 1");
    check("while read -r l; do echo \"{\\\"score\\\": \\\"1\\\"}\"; done", "no score from 0 to 1");
    check("while read -r l; do echo \"{\\\"points\\\": 1}\"; done", "no score from 0 to 1");
    check("while read -r l; do echo; done", "something else than JSON");
    check("head -c 3000000 /dev/zero", "something else than JSON");
  }

  @Test
  void endingAndSilenceAreProblems() {
    check("exit 3", "exit code is 3");
    check("read -r l; echo \"{\\\"score\\\": 1}\"", "had answered 1 of 2 texts");
    check("sleep 30", "said nothing for 1 seconds");
    Refused.check(
        Code.SCORER_FAILED,
        "cannot be started",
        () -> CommandScorer.start(folder.resolve("nobody").toString(), PATIENCE));
  }

  @Test
  void linesThatNobodyAskedForAreProblems() throws Exception {
    String judge = "sh -c 'read -r l; echo \"{\\\"score\\\":1}\"; echo more; read -r l'";
    try (CommandScorer scorer = CommandScorer.start(judge, PATIENCE)) {
      assertThat(scores(scorer, "one")).containsExactly(1);
      Thread.sleep(300);
      Refused.check(Code.SCORER_FAILED, "nobody asked for", () -> scores(scorer, "two"));
    }
  }

  /** More than pipes hold in both directions, to one that reads all before it answers. */
  @Test
  void manyLongTextsDoNotBlock() {
    String[] texts = Collections.nCopies(300, "x".repeat(2000)).toArray(String[]::new);
    String judge =
        "sh -c 'for i in $(seq 300); do read -r l; done;"
            + " for i in $(seq 300); do echo \"{\\\"score\\\":0.5}\"; done; read -r l'";
    try (CommandScorer scorer = CommandScorer.start(judge, Duration.ofSeconds(20))) {
      assertThat(scores(scorer, texts)).hasSize(300).containsOnly(0.5);
    }
  }

  /** A child of the command beats every 50 ms, until it is made to end. */
  @Test
  void nothingOutlivesIt() throws Exception {
    Path beats = folder.resolve("beats");
    String beating = "(while :; do echo >> " + beats + "; sleep 0.05; done) & ";
    CommandScorer scorer =
        CommandScorer.start("sh -c '" + beating + "trap \"\" TERM; wait'", PATIENCE);
    while (!Files.exists(beats)) {
      Thread.sleep(20);
    }
    String[] many = Collections.nCopies(200, "x".repeat(2000)).toArray(String[]::new);
    Refused.check(Code.SCORER_FAILED, "said nothing", () -> scores(scorer, many));
    long before = Files.size(beats);
    Thread.sleep(300);
    assertThat(Files.size(beats)).isGreaterThan(before);
    scorer.close();
    Thread.sleep(200);
    long still = Files.size(beats);
    Thread.sleep(500);
    assertThat(Files.size(beats)).isEqualTo(still);
  }

  @Test
  void commandsAreSplitWithoutAShell() {
    assertThat(CommandWords.of(" python3  judge.py ")).containsExactly("python3", "judge.py");
    assertThat(CommandWords.of("a 'b c' \"d \\\" e\" f'g'h \"\""))
        .containsExactly("a", "b c", "d \" e", "fgh", "");
    assertThat(CommandWords.of("C:\\bin\\x.exe $HOME * | ;"))
        .containsExactly("C:\\bin\\x.exe", "$HOME", "*", "|", ";");
    assertThat(CommandWords.of("'\\n' \"\\n\"")).containsExactly("\\n", "\\n");
    Refused.check(Code.BAD_SCORER, "is not closed", () -> CommandWords.of("a 'b"));
    Refused.check(Code.BAD_SCORER, "there is no word", () -> CommandWords.of("  "));
  }
}
