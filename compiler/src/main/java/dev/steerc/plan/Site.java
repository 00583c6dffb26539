package dev.steerc.plan;

import dev.steerc.residual.Block;
import dev.steerc.residual.Place;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.Function;

/** A place to steer, as a user names it. */
public sealed interface Site extends Serializable {

  /** The order of the model; values that a user named come last. */
  Comparator<Site> ORDER =
      Comparator.<Site>comparingInt(s -> s instanceof InBlock in ? in.block() : Integer.MAX_VALUE)
          .thenComparingInt(s -> s instanceof InBlock in ? in.kind().ordinal() : 0)
          .thenComparing(Site::path);

  /** The middle part of its ports' names: {@code blocks.6.resid_post} or {@code value.NAME}. */
  String path();

  /** How the command line writes it: {@code 6.resid_post} or {@code value:NAME}. */
  String text();

  /** A value of the residual stream in or around a block, with TransformerLens's names. */
  enum Kind {
    RESID_PRE("resid_pre", Block::residPre),
    ATTN_OUT("attn_out", Block::attnOut),
    RESID_MID("resid_mid", Block::residMid),
    MLP_OUT("mlp_out", Block::mlpOut),
    RESID_POST("resid_post", Block::residPost);

    private final String label;
    private final Function<Block, Optional<Place>> place;

    Kind(String label, Function<Block, Optional<Place>> place) {
      this.label = label;
      this.place = place;
    }

    public String label() {
      return label;
    }

    /** Where the site is in a block; empty when that block has no such value. */
    public Optional<Place> in(Block block) {
      return place.apply(block);
    }

    public static Optional<Kind> of(String label) {
      return Arrays.stream(values()).filter(kind -> kind.label.equals(label)).findFirst();
    }
  }

  /**
   * A site of a block.
   *
   * @param block counted from 0
   */
  record InBlock(int block, Kind kind) implements Site {
    @Override
    public String path() {
      return "blocks." + block + "." + kind.label();
    }

    @Override
    public String text() {
      return block + "." + kind.label();
    }

    // Plain code, since what a record brings is only made when it is first used: at every start.

    @Override
    public int hashCode() {
      return 31 * block + kind.ordinal();
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof InBlock site && site.block == block && site.kind == kind;
    }
  }

  /** A value of the graph that the user names. */
  record Named(String value) implements Site {
    @Override
    public String path() {
      return "value." + value;
    }

    @Override
    public String text() {
      return "value:" + value;
    }
  }
}
