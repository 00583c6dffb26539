package dev.steerc.runtime.capture;

import dev.steerc.plan.Site;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.format.MappedTensors;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A file with the rows of some texts that follow each other: for each site a tensor [rows, width],
 * and beside them {@code text} [rows], the text that each row is of.
 *
 * @param file where it is, or is to be
 * @param first its first text
 * @param texts how many texts it has the rows of
 */
record Shard(Contents contents, Path file, long first, int texts) {
  static final String TEXT = "text";
  static final String CAPTURE = "capture";
  static final String FIRST = "first text";
  static final String TOKENS = "tokens";

  /** What a shard's name is like. */
  static final String NAME = "activations-\\d{5,}\\.safetensors";

  static Shard of(Contents contents, Path folder, int index) {
    long first = (long) index * contents.textsPerShard();
    int texts = (int) Math.min(contents.textsPerShard(), contents.count() - first);
    String name = String.format(Locale.ROOT, "activations-%05d.safetensors", index);
    return new Shard(contents, folder.resolve(name), first, texts);
  }

  static List<Shard> all(Contents contents, Path folder) {
    List<Shard> all = new ArrayList<>();
    for (int i = 0; i < contents.shards(); i++) {
      all.add(of(contents, folder, i));
    }
    return all;
  }

  /** The metadata that has the lengths of the tokens that counted at a site, added up. */
  static String length(Site site) {
    return "length." + site.path();
  }

  /** Whether it is there and is what it has to be. */
  boolean isWhole() {
    if (!Files.isRegularFile(file)) {
      return false;
    }
    try {
      open();
      return true;
    } catch (SteercException e) {
      return false;
    }
  }

  /**
   * Maps it.
   *
   * @throws SteercException when it is not there, or not what it has to be
   */
  MappedTensors open() {
    if (!Files.exists(file)) {
      throw Problem.of(Code.BAD_ACTIVATIONS, "the capture is not finished")
          .at(file)
          .note("this file is missing")
          .help("run `steerc capture` again as before: it goes on where it stopped")
          .exception();
    }
    MappedTensors tensors = MappedTensors.open(file);
    Map<String, String> metadata = tensors.metadata();
    if (!contents.mark().equals(metadata.get(CAPTURE))
        || !Long.toString(first).equals(metadata.get(FIRST))) {
      throw wrong("it is of another capture");
    }
    int rows = rows(tensors);
    contents
        .widths()
        .forEach(
            (site, width) -> {
              if (!tensors.hasFloats(site.path(), rows, width)) {
                throw wrong("it lacks a tensor `" + site.path() + "` of " + rows + " x " + width);
              }
            });
    return tensors;
  }

  /** The number of rows, each of which is of one of its texts. */
  private int rows(MappedTensors tensors) {
    if (!tensors.names().contains(TEXT)) {
      throw wrong("it does not say which text a row is of");
    }
    int rows = tensors.bytes(TEXT).remaining() / Long.BYTES;
    boolean isSound = tensors.hasWholes(TEXT, rows);
    if (isSound) {
      isSound = contents.pooling() == Pooling.ALL ? rows >= texts : rows == texts;
      LongBuffer text = tensors.wholes(TEXT);
      long before = first;
      for (int row = 0; row < rows && isSound; row++) {
        isSound = text.get(row) >= before && text.get(row) < first + texts;
        before = text.get(row);
      }
    }
    if (!isSound) {
      throw wrong("its rows are not those of texts " + first + " to " + (first + texts - 1));
    }
    return rows;
  }

  /** A number of the metadata. */
  double number(MappedTensors tensors, String key) {
    try {
      return Double.parseDouble(tensors.metadata().getOrDefault(key, ""));
    } catch (NumberFormatException e) {
      throw wrong("its metadata has no number `" + key + "`");
    }
  }

  private SteercException wrong(String note) {
    return Problem.of(Code.BAD_ACTIVATIONS, "the file is not what the capture should have here")
        .at(file)
        .note(note)
        .help("remove it and run `steerc capture` again as before")
        .exception();
  }
}
