package dev.steerc.spark.table;

import java.util.Optional;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The rows that a command reads. */
public final class TableArgs {
  @Parameters(
      index = "1",
      paramLabel = "ROWS",
      description =
          "Parquet, JSON lines, CSV with a header, or plain text, by the name's ending: a file, a"
              + " folder or a pattern such as 'texts/*.jsonl', as a path that all machines see, or"
              + " as a URI.")
  private String path;

  @Option(
      names = "--input-format",
      paramLabel = "FORMAT",
      description = "parquet, jsonl, csv or text, where the name's ending does not say so.")
  private String format;

  /** The table, which nobody has looked at yet. */
  public Table table() {
    return new Table(
        path, Optional.ofNullable(format).map(word -> TableFormat.of(word, TableFormat.values())));
  }
}
