package dev.steerc.runtime.learn;

import dev.steerc.runtime.steering.Edit;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How a direction that was learned is used. */
public enum Form {
  /** It is added, so that there is more of the concept. */
  ADD {
    @Override
    Edit edit(Edit.Add learned, double level) {
      return learned;
    }
  },
  /** The part along it is taken away. Source: arXiv 2406.11717. */
  ABLATE {
    @Override
    Edit edit(Edit.Add learned, double level) {
      return new Edit.Ablate(learned.vector());
    }
  },
  /**
   * The part along it becomes what it is on average in the texts that lack the concept, so that
   * only the difference goes. Source: affine concept editing, arXiv 2411.09003.
   */
  SET {
    @Override
    Edit edit(Edit.Add learned, double level) {
      return new Edit.Clamp(learned.vector(), level).lowRank();
    }
  };

  /** The word on the command line. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<Form> of(String label) {
    return Arrays.stream(values()).filter(form -> form.label().equals(label)).findFirst();
  }

  /** The edit at strength 1; an eraser is one already. */
  public Edit edit(Learned learned) {
    return learned.edit() instanceof Edit.Add added ? edit(added, learned.level()) : learned.edit();
  }

  abstract Edit edit(Edit.Add learned, double level);
}
