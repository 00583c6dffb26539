package dev.steerc.runtime.learn;

import dev.steerc.onnx.Output;
import dev.steerc.onnx.Scratch;
import dev.steerc.plan.Site;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.capture.Activations;
import dev.steerc.runtime.capture.Capture;
import dev.steerc.runtime.capture.Captured;
import dev.steerc.runtime.capture.Pooling;
import dev.steerc.runtime.capture.Progress;
import dev.steerc.runtime.capture.Rows;
import dev.steerc.runtime.capture.Texts;
import dev.steerc.runtime.steering.Edit;
import dev.steerc.runtime.steering.Vector;
import dev.steerc.runtime.steering.VectorFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What was learned from texts.
 *
 * @param lesson how
 * @param pooling which tokens counted
 * @param learned what was learned at each site, in the order of the model
 * @param advice where to steer with it
 * @param gate the best of the directions as a condition; empty unless whole texts of two labels
 *     were learned from, and where the edits have no direction
 * @param origin the model that it belongs to
 * @param count how many pairs it was learned from, or texts without pairs
 * @param heldOut how many were held out
 * @param paired whether they were pairs
 * @param seen how the texts begin that it was learned from
 * @param captured what running the texts took
 */
public record Learning(
    Lesson lesson,
    Pooling pooling,
    Map<Site, Learned> learned,
    Advice advice,
    Optional<Gate> gate,
    Origin origin,
    int count,
    int heldOut,
    boolean paired,
    Set<String> seen,
    Captured captured) {
  private static final String SCRATCH = "steerc-learn";

  public Learning {
    learned = Collections.unmodifiableMap(new LinkedHashMap<>(learned));
  }

  /** The same as with a folder, which is a temporary one. */
  public static Learning of(Capture capture, Examples examples, Lesson lesson, Progress progress) {
    Path folder = folder(capture);
    try {
      return of(capture, folder.resolve("activations"), examples, lesson, progress);
    } finally {
      Scratch.discard(folder);
    }
  }

  private static Path folder(Capture capture) {
    try {
      return Scratch.folder(SCRATCH);
    } catch (IOException e) {
      throw Output.failure(capture.model().path(), e);
    }
  }

  /**
   * Runs all texts, keeps their activations in a folder, and learns at each site.
   *
   * @param capture the model and its sites; one row for each text
   * @param folder where activations are kept; what is there of the same texts is used again
   * @throws dev.steerc.problem.SteercException when there is no tokenizer, a text cannot be run, or
   *     the texts tell nothing apart
   */
  public static Learning of(
      Capture capture, Path folder, Examples examples, Lesson lesson, Progress progress) {
    if (capture.pooling() == Pooling.ALL) {
      throw new IllegalArgumentException("a text has one row");
    }
    SteeredModel model = capture.model();
    Texts texts = Texts.of(examples.passages(), model.tokenizerFor("the texts become tokens"));
    Captured captured = capture.into(folder, texts, progress);
    BitSet heldOut = examples.heldOut(lesson.heldOut(), lesson.seed());
    Labels labels = examples.labels(heldOut);
    Activations activations = Activations.open(folder);
    boolean gates = capture.pooling() == Pooling.MEAN && examples.areWhole();
    Map<Site, Learned> learned = new LinkedHashMap<>();
    List<Gate> all = new ArrayList<>();
    for (Site site : capture.sites()) {
      Rows rows = activations.rows(site);
      Learned one = lesson.method().learn(rows, labels, lesson.seed());
      if (gates && lesson.form().edit(one) instanceof Edit.OneVector edit) {
        all.add(Gate.of(site, rows, labels, edit.vector()));
      }
      learned.put(site, beside(one, activations.typical(site)));
    }
    return new Learning(
        lesson,
        capture.pooling(),
        learned,
        Advice.of(learned, lesson.form()),
        all.stream().max(Comparator.comparingDouble(Gate::skill)),
        Origin.of(model),
        examples.count() - heldOut.cardinality(),
        heldOut.cardinality(),
        examples.paired(),
        examples.beginnings(heldOut),
        captured);
  }

  /** The mean of some tokens is shorter than they are, and it is tokens that are steered. */
  private static Learned beside(Learned learned, double typical) {
    Diagnosis old = learned.diagnosis();
    Diagnosis now =
        new Diagnosis(
            old.separation(),
            old.agreement(),
            old.wrongSide(),
            old.norm(),
            typical,
            old.rows(),
            old.seen(),
            old.left());
    return new Learned(learned.edit(), now, learned.level());
  }

  /** The vector, which acts at the site that the advice names. */
  public Vector vector(String name) {
    Map<Site, Edit> edits = new LinkedHashMap<>();
    learned.forEach((site, one) -> edits.put(site, lesson.form().edit(one)));
    Optional<String> base = Optional.of(origin.base());
    return new Vector(name, edits, Optional.empty(), base, Set.of(advice.site()));
  }

  /**
   * Writes the vector with all that is known of it; the same texts and seed give the same bytes.
   */
  public void write(Path file) {
    VectorFile.write(vector(file.getFileName().toString()), Diagnostics.of(this), file);
  }
}
