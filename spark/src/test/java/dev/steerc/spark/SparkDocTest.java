package dev.steerc.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** docs/spark.md speaks of options, files and tests that there are. */
class SparkDocTest {
  private static final Path DOCS = LocalCluster.root().resolve("docs");

  /** Options of others. */
  private static final Set<String> SPARKS =
      Set.of("--files", "--packages", "--master", "--executor-memory", "--class");

  private static String page;

  @BeforeAll
  static void read() throws IOException {
    page = Files.readString(DOCS.resolve("spark.md"));
  }

  private static Set<String> all(String pattern) {
    return Pattern.compile(pattern)
        .matcher(page)
        .results()
        .map(MatchResult::group)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void optionsExist() {
    Set<String> known = new HashSet<>(SPARKS);
    for (CommandLine command : Main.commandLine().getSubcommands().values()) {
      command.getCommandSpec().options().forEach(option -> known.addAll(List.of(option.names())));
    }
    assertThat(all("(?<=`)--[a-z-]+")).isNotEmpty().isSubsetOf(known);
    assertThat(all("(?<=steerc spark )[a-z]+"))
        .containsExactlyInAnyOrderElementsOf(Main.commandLine().getSubcommands().keySet());
  }

  @Test
  void filesExist() {
    for (String link : all("(?<=\\]\\()(?!http)[^)#]+")) {
      assertThat(DOCS.resolve(link)).exists();
    }
  }

  @Test
  void testsExist() throws IOException {
    try (Stream<Path> files = Files.walk(LocalCluster.root().resolve("spark/src/test"))) {
      Set<String> tests =
          files
              .map(file -> file.getFileName().toString().replace(".java", ""))
              .collect(Collectors.toSet());
      assertThat(all("(?<=`)[A-Z][A-Za-z]+Test(?=`)")).isNotEmpty().isSubsetOf(tests);
    }
  }
}
