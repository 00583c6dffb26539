package dev.steerc.runtime.capture;

import dev.steerc.plan.Site;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.format.MappedTensors;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** The activations that a folder holds; they stay on disk and are mapped as they are read. */
public final class Activations {
  private final Contents contents;
  private final List<Shard> shards;

  private Activations(Contents contents, List<Shard> shards) {
    this.contents = contents;
    this.shards = shards;
  }

  /**
   * Opens what {@link Capture} made.
   *
   * @throws dev.steerc.problem.SteercException when files are missing, or are not what they should
   *     be
   */
  public static Activations open(Path folder) {
    Contents contents = Contents.read(folder);
    if (contents.format() != Format.SAFETENSORS) {
      throw Problem.of(Code.BAD_ACTIVATIONS, "the activations are kept as .npy, for NumPy")
          .at(folder)
          .help("capture them again into another folder, with --format safetensors")
          .exception();
    }
    List<Shard> shards = new ArrayList<>();
    long rows = 0;
    for (int i = 0; i < contents.shards(); i++) { // the first that is not there ends it
      Shard shard = Shard.of(contents, folder, i);
      rows += shard.open().wholes(Shard.TEXT).limit();
      shards.add(shard);
    }
    if (rows != contents.rows()) {
      throw Problem.of(Code.BAD_ACTIVATIONS, "the files have other rows than `capture.json` says")
          .at(folder)
          .note(rows + " rows, not " + contents.rows())
          .help("capture the activations again, into another folder")
          .exception();
    }
    return new Activations(contents, shards);
  }

  /** The sites that there are rows of, in the order of the file. */
  public Set<Site> sites() {
    return contents.widths().keySet();
  }

  /** Which tokens gave rows. */
  public Pooling pooling() {
    return contents.pooling();
  }

  /** The fingerprint of the model, before it was patched. */
  public String base() {
    return contents.base();
  }

  /** The digest of the tokenizer's file, when there was one. */
  public Optional<String> tokenizer() {
    return contents.tokenizer();
  }

  /** How many texts there are. */
  public long count() {
    return contents.count();
  }

  /** The text that each row is of, counted from 0. */
  public LongStream texts() {
    return shards.stream()
        .flatMapToLong(
            shard -> {
              LongBuffer texts = shard.open().wholes(Shard.TEXT);
              return IntStream.range(0, texts.remaining()).mapToLong(texts::get);
            });
  }

  /** The rows of a site, in the order of the texts. */
  public Rows rows(Site site) {
    return new OnDisk(site, width(site));
  }

  /** The mean Euclidean length of the activations that counted at a site, token by token. */
  public double typical(Site site) {
    width(site);
    double lengths = 0;
    double tokens = 0;
    for (Shard shard : shards) {
      MappedTensors tensors = shard.open();
      lengths += shard.number(tensors, Shard.length(site));
      tokens += shard.number(tensors, Shard.TOKENS);
    }
    return lengths / tokens;
  }

  private int width(Site site) {
    Integer width = contents.widths().get(site);
    if (width == null) {
      throw new IllegalArgumentException("no activations at " + site.text());
    }
    return width;
  }

  private final class OnDisk implements Rows {
    private final Site site;
    private final int width;

    private OnDisk(Site site, int width) {
      this.site = site;
      this.width = width;
    }

    @Override
    public int width() {
      return width;
    }

    @Override
    public long count() {
      return contents.rows();
    }

    @Override
    public void forEach(Visitor visitor) {
      float[] row = new float[width];
      long index = 0;
      for (Shard shard : shards) {
        FloatBuffer values = shard.open().floats(site.path());
        while (values.hasRemaining()) {
          values.get(row);
          visitor.row(index++, row);
        }
      }
    }
  }
}
