package dev.steerc.spark.capture;

import dev.steerc.Steerc;
import dev.steerc.manifest.Json;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.capture.Pooling;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * What a table of activations holds: the file {@code _capture.json} beside its rows, which the
 * driver writes when all are there.
 *
 * @param base the fingerprint of the model before it was patched
 * @param tokenizer the digest of the tokenizer's file
 * @param pooling which tokens give rows
 * @param widths the elements of a row by the path of the site
 * @param texts how many rows the input had
 * @param failed how many of them have a problem instead of arrays
 * @param cut how many texts were too long and were cut in front
 * @param tokens how many tokens were run
 */
public record CaptureNote(
    String base,
    Optional<String> tokenizer,
    Pooling pooling,
    Map<String, Integer> widths,
    long texts,
    long failed,
    long cut,
    long tokens) {
  /** Spark passes over files whose names begin so. */
  public static final String FILE = "_capture.json";

  private static final int VERSION = 1;

  public CaptureNote {
    widths = Collections.unmodifiableMap(new LinkedHashMap<>(widths));
  }

  /** The text of the file. */
  String text() {
    return Json.write(toMap()) + "\n";
  }

  /** The same as JSON. */
  public Map<String, Object> toMap() {
    Map<String, Object> sites = new LinkedHashMap<>();
    widths.forEach(
        (path, width) ->
            sites.put(path, Json.object("column", CaptureColumns.column(path), "width", width)));
    return Json.object(
        "producer", "steerc " + Steerc.VERSION,
        "version", VERSION,
        "base", base,
        "tokenizer", tokenizer,
        "positions", pooling.label(),
        "sites", sites,
        "texts", texts,
        "failed", failed,
        "cut", cut,
        "tokens", tokens);
  }

  /**
   * Reads that of a folder.
   *
   * @throws SteercException when there is none, or it makes no sense
   */
  public static CaptureNote read(Configuration hadoop, String folder) {
    Path file = new Path(folder, FILE);
    try (InputStream in = file.getFileSystem(hadoop).open(file)) {
      return of((Map<?, ?>) Json.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8)));
    } catch (IOException | IllegalArgumentException | ClassCastException | NullPointerException e) {
      throw new SteercException(
          Problem.of(Code.BAD_ACTIVATIONS, "there are no finished activations")
              .at(file)
              .note(String.valueOf(e.getMessage()))
              .help("write them with `steerc spark capture`"),
          e);
    }
  }

  private static CaptureNote of(Map<?, ?> object) {
    if ((long) object.get("version") != VERSION) {
      throw new IllegalArgumentException("version " + object.get("version"));
    }
    Map<String, Integer> widths = new LinkedHashMap<>();
    ((Map<?, ?>) object.get("sites"))
        .forEach(
            (path, site) ->
                widths.put((String) path, Math.toIntExact((long) ((Map<?, ?>) site).get("width"))));
    return new CaptureNote(
        Objects.requireNonNull((String) object.get("base")),
        Optional.ofNullable((String) object.get("tokenizer")),
        Pooling.of((String) object.get("positions")).orElseThrow(IllegalArgumentException::new),
        widths,
        (long) object.get("texts"),
        (long) object.get("failed"),
        (long) object.get("cut"),
        (long) object.get("tokens"));
  }
}
