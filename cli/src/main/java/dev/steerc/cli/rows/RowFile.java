package dev.steerc.cli.rows;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Locale;

/** A file of rows while it is read. */
public final class RowFile implements AutoCloseable {
  private final InputStream in;
  private final Iterator<Row> rows;

  private RowFile(InputStream in, boolean isCsv) {
    this.in = in;
    this.rows = isCsv ? new CsvRows(in) : new JsonRows(in);
  }

  /**
   * Opens a file, or stdin by the name of {@code -}.
   *
   * @param format jsonl or csv; null goes by the file's name
   */
  public static RowFile open(Path file, String format) {
    boolean isCsv = format == null ? isCsv(file) : isCsvNamed(format);
    if (file.toString().equals("-")) {
      return new RowFile(System.in, isCsv);
    }
    try {
      if (Files.isDirectory(file)) {
        throw new IOException("it is a folder");
      }
      return new RowFile(Files.newInputStream(file), isCsv);
    } catch (NoSuchFileException e) {
      throw Problem.of(Code.FILE_NOT_FOUND, "no file `" + file + "`").exception();
    } catch (IOException e) {
      throw Problem.of(Code.FILE_UNREADABLE, "cannot read `" + file + "`")
          .note(String.valueOf(e.getMessage()))
          .exception();
    }
  }

  private static boolean isCsv(Path file) {
    return file.toString().toLowerCase(Locale.ROOT).endsWith(".csv");
  }

  private static boolean isCsvNamed(String format) {
    if (!format.equals("csv") && !format.equals("jsonl")) {
      throw Problem.of(Code.USAGE, "there is no format `" + format + "`")
          .help("choose jsonl or csv")
          .exception();
    }
    return format.equals("csv");
  }

  /** Its rows, as they are read; for one pass. */
  public Iterator<Row> rows() {
    return rows;
  }

  @Override
  public void close() {
    try {
      in.close();
    } catch (IOException e) {
      // nothing was written
    }
  }
}
