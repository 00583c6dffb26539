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
 * @param material what from
 * @param learned what was learned at each site, in the order of the model
 * @param advice where to steer with it
 * @param gate the best of the directions as a condition; empty unless whole texts of two labels
 *     were learned from, and where the edits have no direction
 */
public record Learning(
    Lesson lesson,
    Material material,
    Map<Site, Learned> learned,
    Advice advice,
    Optional<Gate> gate) {
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
    Material material =
        new Material(
            capture.pooling(),
            examples.areWhole(),
            examples.classes(),
            examples.paired(),
            examples.count() - heldOut.cardinality(),
            heldOut.cardinality(),
            Seen.of(examples.beginnings(heldOut)),
            Origin.of(model),
            captured,
            visitor ->
                capture
                    .sites()
                    .forEach(
                        site ->
                            visitor.site(
                                site,
                                new LocalRows(activations.rows(site), labels),
                                activations.typical(site))));
    return of(material, lesson);
  }

  /**
   * Learns at each site.
   *
   * @throws dev.steerc.problem.SteercException when the texts tell nothing apart
   */
  public static Learning of(Material material, Lesson lesson) {
    boolean gates = material.pooling() == Pooling.MEAN && material.whole();
    Map<Site, Learned> learned = new LinkedHashMap<>();
    List<Gate> all = new ArrayList<>();
    material
        .sites()
        .forEach(
            (site, rows, typical) -> {
              Learned one = lesson.method().learn(rows, lesson.seed());
              if (gates && lesson.form().edit(one) instanceof Edit.OneVector edit) {
                all.add(Gate.of(site, rows, edit.vector()));
              }
              learned.put(site, beside(one, typical));
            });
    return new Learning(
        lesson,
        material,
        learned,
        Advice.of(learned, lesson.form()),
        all.stream().max(Comparator.comparingDouble(Gate::skill)));
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
    Optional<String> base = Optional.of(material.origin().base());
    return new Vector(name, edits, Optional.empty(), base, Set.of(advice.site()));
  }

  /**
   * Writes the vector with all that is known of it; the same texts and seed give the same bytes.
   */
  public void write(Path file) {
    VectorFile.write(vector(file.getFileName().toString()), Diagnostics.of(this), file);
  }
}
