package dev.steerc.runtime.learn;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.capture.Rows;
import dev.steerc.runtime.steering.Edit;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * How an edit is learned from activations. Each that is added leads, at strength 1, as far along
 * its direction as the means of the two classes are apart.
 */
public enum Method {
  /** The difference of the classes' means. Source: arXiv 2310.06824; AxBench, arXiv 2501.17148. */
  DIFFMEAN {
    @Override
    Edit edit(Sample sample, long seed) {
      return added(sample, sample.difference(1));
    }
  },
  /**
   * The first principal direction of the pairs' differences, which are not centred. Source:
   * Representation Engineering, arXiv 2310.01405; repeng's {@code pca_center}.
   */
  PCA {
    @Override
    Edit edit(Sample sample, long seed) {
      if (!sample.rows().paired()) {
        throw Sample.unfit(this, "learns from pairs only", "these texts are not paired");
      }
      return added(sample, Pca.direction(sample, seed));
    }
  },
  /** The weights of a logistic regression. Source: arXiv 2501.17148, section 3. */
  LOGISTIC {
    @Override
    Edit edit(Sample sample, long seed) {
      return added(sample, Logistic.direction(sample, 1));
    }
  },
  /** The difference of one pair. Source: activation addition, arXiv 2308.10248. */
  ACTADD {
    @Override
    Edit edit(Sample sample, long seed) {
      boolean paired = sample.rows().paired();
      if (!paired || sample.learned() != 2) {
        String count =
            paired ? sample.learned() / 2 + " pairs that are not held out" : "texts without pairs";
        throw Sample.unfit(this, "learns from exactly one pair", "here are " + count);
      }
      return added(sample, sample.difference(1));
    }
  },
  /** An eraser: no linear probe finds the classes behind it. Source: LEACE, arXiv 2306.03819. */
  LEACE {
    @Override
    Edit edit(Sample sample, long seed) {
      sample.rows().here(); // of rows that are elsewhere, not even a sum of width² numbers
      return Leace.eraser(sample);
    }

    @Override
    boolean takesManyClasses() {
      return true;
    }
  };

  /** The word on the command line and in files. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<Method> of(String label) {
    return Arrays.stream(values()).filter(method -> method.label().equals(label)).findFirst();
  }

  /** Learns from rows on this machine. */
  public Learned learn(Rows rows, Labels labels, long seed) {
    return learn(new LocalRows(rows, labels), seed);
  }

  /**
   * Learns from the rows that are not held out, and judges by those that are.
   *
   * @param seed what chance begins from where a method uses any; the same gives the same bytes
   * @throws dev.steerc.problem.SteercException when the rows tell nothing apart
   */
  public Learned learn(LabelledRows rows, long seed) {
    if (rows.classes() > 2 && !takesManyClasses()) {
      throw Sample.unfit(this, "tells two classes apart", "here are " + rows.classes());
    }
    Sample sample = Sample.of(rows);
    Edit edit = edit(sample, seed);
    return new Learned(edit, Judge.diagnosis(sample, edit), level(sample, edit));
  }

  private static double level(Sample sample, Edit edit) {
    if (!(edit instanceof Edit.Add added)) {
      return Double.NaN;
    }
    double[] direction = Doubles.of(added.vector());
    return Doubles.dot(direction, sample.means()[0]) / Doubles.norm(direction);
  }

  abstract Edit edit(Sample sample, long seed);

  boolean takesManyClasses() {
    return false;
  }

  /** A direction as long as the means are apart along it, on the positive class's side. */
  private static Edit added(Sample sample, double[] direction) {
    double squares = Doubles.dot(direction, direction);
    double along = squares > 0 ? Doubles.dot(direction, sample.difference(1)) / squares : 0;
    double[] vector = Doubles.times(along, direction);
    if (sample.isNothing(vector)) {
      throw nothing(
          sample.isNothing(sample.difference(1))
              ? "the activations of the classes have the same mean"
              : "the means of the classes are not apart along the direction that was found");
    }
    return new Edit.Add(Doubles.toFloats(vector, vector.length));
  }

  static RuntimeException nothing(String what) {
    return Problem.of(Code.NOT_LEARNABLE, what)
        .note("a difference that is smaller than what float32 can tell counts as none")
        .help("pass texts that differ, and look at the tokens behind the difference")
        .exception();
  }
}
