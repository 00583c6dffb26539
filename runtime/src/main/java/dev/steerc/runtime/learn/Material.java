package dev.steerc.runtime.learn;

import dev.steerc.plan.Site;
import dev.steerc.runtime.capture.Captured;
import dev.steerc.runtime.capture.Pooling;
import java.util.List;

/**
 * The activations of texts to learn from, wherever they lie.
 *
 * @param pooling which tokens counted
 * @param whole whether the texts are of two labels, and no part of them is left out
 * @param classes what the classes are called, the one that lacks the concept first
 * @param paired whether they are pairs
 * @param count how many pairs are learned from, or texts without pairs
 * @param heldOut how many are held out
 * @param seen how the texts begin that are learned from
 * @param origin the model that they were run by
 * @param captured what that took
 * @param sites their rows, in the order of the model
 */
public record Material(
    Pooling pooling,
    boolean whole,
    List<String> classes,
    boolean paired,
    int count,
    int heldOut,
    Seen seen,
    Origin origin,
    Captured captured,
    Sites sites) {

  public Material {
    classes = List.copyOf(classes);
  }

  /** The rows of some sites. */
  public interface Sites {
    /** Goes through all sites. */
    void forEach(Visitor visitor);
  }

  /** Takes the rows of a site. */
  public interface Visitor {
    /**
     * Hears of the next site.
     *
     * @param rows a row for each text, which can be gone through during the call only
     * @param typical the mean length of the activations that counted, token by token
     */
    void site(Site site, LabelledRows rows, double typical);
  }
}
