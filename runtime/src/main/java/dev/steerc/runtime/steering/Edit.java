package dev.steerc.runtime.steering;

import dev.steerc.runtime.format.Floats;
import java.util.Map;

/**
 * A change of one value x of the stream, at strength 1.
 *
 * <p>At strength s the change is s times as large: y = x + s·(edit(x) − x). All tensors are float32
 * of the width of the stream.
 */
public sealed interface Edit {

  /** The operation's word in vector files and on the command line. */
  String op();

  /** The width of the stream that it fits. */
  int width();

  /** Its tensors by role; the main one is called {@code vector}. */
  Map<String, Floats> tensors();

  /** Its numbers beside the tensors, such as the level of a clamp. */
  default Map<String, Double> numbers() {
    return Map.of();
  }

  /** An edit that one vector [hidden] says. */
  sealed interface OneVector extends Edit {
    Floats vector();

    @Override
    default int width() {
      return vector().width();
    }

    @Override
    default Map<String, Floats> tensors() {
      return Map.of("vector", vector());
    }
  }

  /** An edit that depends on x, as y = x + (x·R + b)·W. */
  sealed interface Projecting extends Edit {
    Projection projection();

    /** The same edit as the tensors that it is computed with. */
    default LowRank lowRank() {
      return projection().lowRank();
    }
  }

  /**
   * y = x + v. Source: activation addition, arXiv 2308.10248.
   *
   * @param vector v [hidden]
   */
  record Add(Floats vector) implements OneVector {
    @Override
    public String op() {
      return "add";
    }
  }

  /**
   * Takes the part along a direction away: y = x − (x·û)û. Source: arXiv 2406.11717.
   *
   * @param vector [hidden]; only its direction û counts
   */
  record Ablate(Floats vector) implements OneVector, Projecting {
    @Override
    public String op() {
      return "ablate";
    }

    @Override
    public Projection projection() {
      float[] unit = Projection.unit(vector);
      return Projection.along(unit, 1, 0, -1);
    }
  }

  /**
   * Sets the part along a direction: y = x + (level − x·û)û.
   *
   * @param vector [hidden]; only its direction û counts
   * @param level what x·û becomes
   */
  record Clamp(Floats vector, double level) implements OneVector, Projecting {
    @Override
    public String op() {
      return "clamp";
    }

    @Override
    public Map<String, Double> numbers() {
      return Map.of("level", level);
    }

    @Override
    public Projection projection() {
      return Projection.along(Projection.unit(vector), -1, level, 1);
    }
  }

  /**
   * Mirrors at the plane across a direction: y = x − 2(x·û)û.
   *
   * @param vector [hidden]; only its direction û counts
   */
  record Reflect(Floats vector) implements OneVector, Projecting {
    @Override
    public String op() {
      return "reflect";
    }

    @Override
    public Projection projection() {
      return Projection.along(Projection.unit(vector), 1, 0, -2);
    }
  }

  /**
   * Turns x in the plane of two directions, from the first towards the second.
   *
   * @param vector the first direction [hidden]
   * @param towards the second [hidden]; only its part across the first counts
   * @param degrees how far to turn
   */
  record Rotate(Floats vector, Floats towards, double degrees) implements Projecting {
    @Override
    public String op() {
      return "rotate";
    }

    @Override
    public int width() {
      return vector.width();
    }

    @Override
    public Map<String, Floats> tensors() {
      return Map.of("vector", vector, "towards", towards);
    }

    @Override
    public Map<String, Double> numbers() {
      return Map.of("degrees", degrees);
    }

    @Override
    public Projection projection() {
      return Projection.rotation(vector, towards, Math.toRadians(degrees));
    }
  }

  /**
   * Any affine edit of low rank: y = x + (x·R + b)·W. Source: LoReFT, arXiv 2404.03592, has R, b
   * and W of this form, and so has every linear eraser.
   *
   * @param read R [hidden, rank]
   * @param bias b [rank]
   * @param write W [rank, hidden]
   */
  record LowRank(Floats read, Floats bias, Floats write) implements Projecting {
    @Override
    public String op() {
      return "low-rank";
    }

    @Override
    public int width() {
      return write.width();
    }

    @Override
    public Map<String, Floats> tensors() {
      return Map.of("read", read, "bias", bias, "write", write);
    }

    @Override
    public Projection projection() {
      return new Projection(bias.width(), read.values(), bias.values(), write.values());
    }
  }
}
