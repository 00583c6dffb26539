package dev.steerc.runtime.capture;

import dev.steerc.plan.Site;
import dev.steerc.runtime.format.FileBytes;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.format.Safetensors;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A shard in the making: the rows of some texts, which come in any order. */
final class Draft {
  private final Shard shard;
  private final long[] textOf;
  private final int[] firstRow;
  private final Map<Site, float[]> rows = new LinkedHashMap<>();
  private final Map<Site, Double> lengths = new LinkedHashMap<>();
  private long tokens;
  private int done;

  /**
   * A shard that has no rows yet.
   *
   * @param texts the texts of the shard in their order
   */
  Draft(Shard shard, List<Tokens> texts) {
    this.shard = shard;
    Pooling pooling = shard.contents().pooling();
    this.firstRow = new int[texts.size() + 1];
    for (int i = 0; i < texts.size(); i++) {
      firstRow[i + 1] = firstRow[i] + pooling.rows(texts.get(i));
    }
    int all = firstRow[texts.size()];
    this.textOf = new long[all];
    for (int i = 0; i < texts.size(); i++) {
      Arrays.fill(textOf, firstRow[i], firstRow[i + 1], shard.first() + i);
    }
    shard.contents().widths().forEach((site, width) -> rows.put(site, new float[all * width]));
  }

  /** Takes the rows of a text. */
  void put(int index, Pooled text) {
    done++;
    tokens += text.tokens();
    rows.forEach(
        (site, into) -> {
          float[] values = text.values().get(site);
          int at = firstRow[index] * (values.length / text.rows());
          System.arraycopy(values, 0, into, at, values.length);
          lengths.merge(site, text.length(site), Double::sum);
        });
  }

  Shard shard() {
    return shard;
  }

  /** How many texts have their rows. */
  int texts() {
    return done;
  }

  /** Writes the shard, whole or not at all. */
  void write() {
    Map<String, Floats> tensors = new LinkedHashMap<>();
    rows.forEach(
        (site, values) -> {
          long[] dims = {textOf.length, shard.contents().widths().get(site)};
          tensors.put(site.path(), new Floats(dims, values));
        });
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put(Shard.CAPTURE, shard.contents().mark());
    metadata.put(Shard.FIRST, Long.toString(shard.first()));
    metadata.put(Shard.TOKENS, Long.toString(tokens));
    lengths.forEach((site, sum) -> metadata.put(Shard.length(site), sum.toString()));
    byte[] bytes = new Safetensors(metadata, tensors).toBytes(Map.of(Shard.TEXT, textOf));
    FileBytes.write(shard.file(), bytes);
  }
}
