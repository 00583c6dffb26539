package dev.steerc.runtime.capture;

import dev.steerc.Steerc;
import dev.steerc.manifest.Json;
import dev.steerc.plan.Site;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.format.Digest;
import dev.steerc.runtime.format.FileBytes;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a folder of activations holds, or is to hold: the file {@code capture.json} in it.
 *
 * @param base the fingerprint of the model before it was patched
 * @param tokenizer the digest of the tokenizer's file, when there is one
 * @param texts the digest of the texts' tokens
 * @param count how many texts there are
 * @param rows how many rows they give
 * @param pooling which tokens give rows
 * @param widths the elements of a row at each site
 * @param textsPerShard how many texts a file has the rows of; the last may have fewer
 * @param format how the folder holds them in the end
 */
record Contents(
    String base,
    Optional<String> tokenizer,
    String texts,
    long count,
    long rows,
    Pooling pooling,
    Map<Site, Integer> widths,
    int textsPerShard,
    Format format) {
  static final String FILE = "capture.json";
  private static final int MAX_FILE = 16 << 20;
  private static final int VERSION = 1;
  private static final long SHARD = 64 << 20;
  private static final int MOST_TEXTS = 1024;
  private static final Pattern SITE = Pattern.compile("blocks\\.(\\d{1,6})\\.([a-z_]+)");

  Contents {
    widths = Collections.unmodifiableMap(new LinkedHashMap<>(widths));
  }

  /**
   * What a capture is to hold.
   *
   * @throws SteercException when the rows of one text exceed what a file can have
   */
  static Contents of(
      String base,
      Optional<String> tokenizer,
      Map<Site, Integer> widths,
      Pooling pooling,
      Survey survey,
      Format format) {
    long row = widths.values().stream().mapToLong(width -> 4L * width).sum();
    long most = row * survey.mostRows();
    if (most > Integer.MAX_VALUE / 2) {
      throw Problem.of(Code.OUT_OF_MEMORY, "the rows of one text take " + (most >> 20) + " MiB")
          .help("capture fewer sites, or one row for each text: --positions mean")
          .exception();
    }
    return new Contents(
        base,
        tokenizer,
        survey.identity(),
        survey.count(),
        survey.rows(),
        pooling,
        widths,
        (int) Math.max(1, Math.min(MOST_TEXTS, SHARD / most)),
        format);
  }

  /** Reads the file of a folder. */
  static Contents read(Path folder) {
    Path file = folder.resolve(FILE);
    byte[] bytes = FileBytes.read(file, MAX_FILE, Code.BAD_ACTIVATIONS);
    try {
      return of((Map<?, ?>) Json.parse(new String(bytes, StandardCharsets.UTF_8)));
    } catch (IllegalArgumentException | ClassCastException | NullPointerException e) {
      throw new SteercException(
          Problem.of(Code.BAD_ACTIVATIONS, "`" + FILE + "` cannot be understood")
              .at(file)
              .note(String.valueOf(e.getMessage()))
              .help("capture the activations again, into another folder"),
          e);
    }
  }

  static Contents of(Map<?, ?> object) {
    if ((long) object.get("version") != VERSION) {
      throw new IllegalArgumentException("version " + object.get("version"));
    }
    Map<?, ?> texts = (Map<?, ?>) object.get("texts");
    Map<Site, Integer> widths = new LinkedHashMap<>();
    ((Map<?, ?>) object.get("sites"))
        .forEach((path, width) -> widths.put(site((String) path), (int) size(width)));
    return new Contents(
        text(object, "base"),
        Optional.ofNullable((String) object.get("tokenizer")),
        text(texts, "sha256"),
        size(texts.get("count")),
        size(object.get("rows")),
        Pooling.of(text(object, "positions")).orElseThrow(IllegalArgumentException::new),
        widths,
        (int) size(object.get("texts_per_shard")),
        Format.of(text(object, "format")).orElseThrow(IllegalArgumentException::new));
  }

  private static String text(Map<?, ?> object, String key) {
    if (object.get(key) instanceof String text) {
      return text;
    }
    throw new IllegalArgumentException("no `" + key + "`");
  }

  private static long size(Object value) {
    if (value instanceof Long number && number > 0 && number <= Integer.MAX_VALUE) {
      return number;
    }
    throw new IllegalArgumentException(value + " is no size");
  }

  private static Site site(String path) {
    Matcher matcher = SITE.matcher(path);
    if (matcher.matches()) {
      Site.Kind kind = Site.Kind.of(matcher.group(2)).orElseThrow(IllegalArgumentException::new);
      return new Site.InBlock(Integer.parseInt(matcher.group(1)), kind);
    }
    if (path.startsWith("value.")) {
      return new Site.Named(path.substring("value.".length()));
    }
    throw new IllegalArgumentException("`" + path + "` is no site");
  }

  void write(Path folder) {
    FileBytes.write(folder.resolve(FILE), text().getBytes(StandardCharsets.UTF_8));
  }

  /** The text of the file. */
  String text() {
    Map<String, Object> object = Json.object("producer", "steerc " + Steerc.VERSION);
    object.putAll(toMap());
    return Json.write(object) + "\n";
  }

  private Map<String, Object> toMap() {
    Map<String, Object> sites = new LinkedHashMap<>();
    widths.forEach((site, width) -> sites.put(site.path(), width));
    return Json.object(
        "version", VERSION,
        "base", base,
        "tokenizer", tokenizer,
        "texts", Json.object("count", count, "sha256", texts),
        "rows", rows,
        "positions", pooling.label(),
        "sites", sites,
        "texts_per_shard", textsPerShard,
        "format", format.label());
  }

  /** What shards are marked with, so that those of another capture are not taken for its own. */
  String mark() {
    return "sha256:" + Digest.sha256(Json.write(toMap()));
  }

  /** How many files have the rows. */
  int shards() {
    return Math.toIntExact((count + textsPerShard - 1) / textsPerShard);
  }

  /** What other contents have otherwise, in words. */
  List<String> differences(Contents other) {
    List<String> notes = new ArrayList<>();
    differ(notes, "model", base, other.base);
    differ(notes, "tokenizer", tokenizer.orElse("none"), other.tokenizer.orElse("none"));
    differ(notes, "number of texts", count, other.count);
    differ(notes, "positions", pooling.label(), other.pooling.label());
    differ(notes, "sites", places(), other.places());
    differ(notes, "format", format.label(), other.format.label());
    if (notes.isEmpty() && !texts.equals(other.texts)) {
      notes.add("the texts are others");
    }
    if (notes.isEmpty() && !equals(other)) {
      notes.add("another version of steerc began it");
    }
    return notes;
  }

  private static void differ(List<String> notes, String what, Object there, Object wanted) {
    if (!there.equals(wanted)) {
      notes.add("the " + what + " there: " + there + "; now: " + wanted);
    }
  }

  private List<String> places() {
    return widths.keySet().stream().map(Site::text).toList();
  }
}
