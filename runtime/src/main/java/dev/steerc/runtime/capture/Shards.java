package dev.steerc.runtime.capture;

import dev.steerc.manifest.Json;
import dev.steerc.plan.Site;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.SteeredModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The files of a capture, which can be made anywhere and in any order: the same bytes as {@link
 * Capture} writes of the same texts.
 */
public final class Shards {
  /** What the file is called that tells what a folder holds. */
  public static final String FILE = Contents.FILE;

  private final Contents contents;

  private Shards(Contents contents) {
    this.contents = contents;
  }

  /**
   * Plans them.
   *
   * @param base the fingerprint of the model before it was patched
   * @param tokenizer the digest of the tokenizer's file
   * @param widths the elements of a row at each site, in the order of the model
   * @param survey of all texts, which can be run
   */
  public static Shards of(
      String base,
      Optional<String> tokenizer,
      Map<Site, Integer> widths,
      Pooling pooling,
      Survey survey) {
    return new Shards(Contents.of(base, tokenizer, widths, pooling, survey, Format.SAFETENSORS));
  }

  /** Understands a {@code capture.json}. */
  public static Shards parse(String json) {
    return new Shards(Contents.of((Map<?, ?>) Json.parse(json)));
  }

  /** The text of {@code capture.json}. */
  public String text() {
    return contents.text();
  }

  /** How many texts a file has the rows of; the last may have fewer. */
  public int texts() {
    return contents.textsPerShard();
  }

  /** What a file is called; they count from 0. */
  public String name(int index) {
    return Shard.of(contents, Path.of(""), index).file().getFileName().toString();
  }

  /**
   * Runs the texts of a file.
   *
   * @param model with a tap at each of the sites
   * @return its bytes
   * @throws SteercException when one cannot be run
   */
  public byte[] run(SteeredModel model, int index, List<Tokens> texts) {
    Draft draft = new Draft(Shard.of(contents, Path.of(""), index), texts);
    Reader reader = new Reader(model, contents.widths(), contents.pooling());
    reader.run(
        texts,
        new Reader.Taker() {
          @Override
          public void rows(int text, Pooled rows) {
            draft.put(text, rows);
          }

          @Override
          public void failed(int text, SteercException why) {
            throw why;
          }
        });
    return draft.toBytes();
  }
}
