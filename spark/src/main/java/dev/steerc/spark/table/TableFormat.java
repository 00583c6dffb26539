package dev.steerc.spark.table;

import dev.steerc.problem.Choices;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** How the rows of a table are written down. */
public enum TableFormat {
  /** Columns with types, by Spark or anybody else. */
  PARQUET("parquet"),
  /** A JSON object in each line. */
  JSONL("jsonl", "ndjson", "json"),
  /** With the names of its columns in the first line, and quotes as RFC 4180 has them. */
  CSV("csv"),
  /** A text in each line. */
  TEXT("txt", "text");

  private static final String COMPRESSED = "\\.(gz|bz2|zst|lz4|snappy)$";

  private final List<String> endings;

  TableFormat(String... endings) {
    this.endings = List.of(endings);
  }

  /** The word on the command line. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The format of a word among some, or a problem that lists them. */
  public static TableFormat of(String word, TableFormat... choices) {
    List<String> words = Arrays.stream(choices).map(TableFormat::label).toList();
    return Arrays.stream(choices)
        .filter(format -> format.label().equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                Problem.of(Code.USAGE, "there is no format `" + word + "`")
                    .help(Choices.help(word, words))
                    .exception());
  }

  /** What a name's ending says, that of a compression apart. */
  static Optional<TableFormat> ofName(String name) {
    String plain = name.toLowerCase(Locale.ROOT).replaceFirst(COMPRESSED, "");
    String ending = plain.substring(plain.lastIndexOf('.') + 1);
    return Arrays.stream(values()).filter(format -> format.endings.contains(ending)).findFirst();
  }
}
