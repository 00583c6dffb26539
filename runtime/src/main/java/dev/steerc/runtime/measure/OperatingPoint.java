package dev.steerc.runtime.measure;

import dev.steerc.plan.Site;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.steering.Condition;
import dev.steerc.runtime.steering.Edit;
import dev.steerc.runtime.steering.Positions;
import dev.steerc.runtime.steering.Vector;
import dev.steerc.runtime.steering.VectorFile;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** A vector as it was chosen: scaled so that strength 1 is the operating point. */
public final class OperatingPoint {
  private static final String FACTOR = "factor";
  private static final String CHOSEN_WHEN = "chosen when";
  private static final String CHOSEN_ON = "chosen on";
  private static final Pattern JUDGED = Pattern.compile("(separation|agreement|wrong side)\\..*");

  private OperatingPoint() {}

  /**
   * The vector with all of its edits as strong as the chosen one, acting at the chosen place. What
   * reads the stream becomes {@code low-rank} where it is not as strong as it was.
   */
  public static Vector of(Vector vector, Point point) {
    Map<Site, Edit> edits = new LinkedHashMap<>();
    vector.edits().forEach((site, edit) -> edits.put(site, scaled(edit, point.strength())));
    return new Vector(vector.name(), edits, vector.placeless(), vector.base())
        .at(point.place().sites());
  }

  private static Edit scaled(Edit edit, double strength) {
    if (edit instanceof Edit.Add add) {
      return new Edit.Add(scaled(add.vector(), strength));
    }
    if (strength == 1) {
      return edit;
    }
    Edit.LowRank same = ((Edit.Projecting) edit).lowRank();
    return new Edit.LowRank(same.read(), same.bias(), scaled(same.write(), strength));
  }

  private static Floats scaled(Floats values, double factor) {
    float[] scaled = new float[values.values().length];
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] = (float) (factor * values.values()[i]);
    }
    return new Floats(values.dims(), scaled);
  }

  /**
   * Writes it, whole or not at all; what the file said before stays where it is still true.
   *
   * @param before the file of the vector that was swept
   */
  public static void write(Swept swept, VectorFile before, Path path) {
    Point point = swept.chosen().orElseThrow();
    Vector vector = of(swept.grid().vector(), point);
    Map<String, String> metadata = stillTrue(before, vector, point.strength());
    double factor = factor(before) * point.strength();
    metadata.put(FACTOR, Double.toString(Math.round(factor * 1e9) / 1e9));
    metadata.put("chosen by", "sweep, " + swept.rule().kind().label() + ": " + swept.rule().text());
    if (!swept.grid().positions().equals(Positions.ALL)) {
      metadata.put(CHOSEN_ON, swept.grid().positions().toString());
    }
    swept.grid().when().ifPresent(when -> metadata.put(CHOSEN_WHEN, text(when)));
    swept.report().ifPresent(report -> put(report, metadata));
    VectorFile.write(vector, metadata, path);
  }

  /** The condition under which the numbers hold; whose direction it reads is not said. */
  private static String text(Condition when) {
    return when.site().text() + (when.above() ? ">" : "<") + when.threshold();
  }

  /** What the file said, less what another direction or no direction at all makes wrong. */
  private static Map<String, String> stillTrue(VectorFile before, Vector now, double strength) {
    Map<String, String> metadata = new LinkedHashMap<>(before.about());
    metadata.remove(CHOSEN_ON);
    metadata.remove(CHOSEN_WHEN);
    if (strength < 0) {
      metadata.keySet().removeIf(JUDGED.asMatchPredicate());
    }
    if (strength < 0 || !now.edits().values().stream().allMatch(Edit.OneVector.class::isInstance)) {
      metadata.remove("when");
    }
    return metadata;
  }

  private static void put(Swept.Report report, Map<String, String> metadata) {
    Measurement plain = report.baselines().plain();
    Measurement chosen = report.chosen();
    metadata.put("effect", number(chosen.effect()));
    metadata.put("effect without", number(plain.effect()));
    metadata.put("perplexity", number(chosen.perplexity() / plain.perplexity()));
    metadata.put("kl", number(chosen.kl()));
    metadata.put("told by", chosen.samples().size() + " prompts that it was not chosen by");
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.4g", value);
  }

  private static double factor(VectorFile file) {
    String text = file.metadata().getOrDefault(FACTOR, "1");
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw Problem.of(Code.VECTOR_SHAPE, "the metadata `" + FACTOR + "` is no number: " + text)
          .at(file.path())
          .exception();
    }
  }
}
