package dev.steerc.spark.table;

import java.util.Optional;
import picocli.CommandLine.Option;

/** How the rows that a command reads are written down; their path is the command's second word. */
public final class TableArgs {
  @Option(
      names = "--input-format",
      paramLabel = "FORMAT",
      description = "parquet, jsonl, csv or text, where the name's ending does not say so.")
  private String format;

  /** What the second word may be, for the help. */
  public static final String PATH =
      "Parquet, JSON lines, CSV with a header, or plain text, by the name's ending: a file, a"
          + " folder or a pattern such as 'texts/*.jsonl', as a path that all machines see, or"
          + " as a URI.";

  /** The table at a path, which nobody has looked at yet. */
  public Table table(String path) {
    return new Table(
        path, Optional.ofNullable(format).map(word -> TableFormat.of(word, TableFormat.values())));
  }
}
