package dev.steerc.runtime.learn;

import dev.steerc.plan.Site;
import dev.steerc.runtime.steering.Edit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Where to steer, of all sites that something was learned at.
 *
 * <p>Of the sites whose separation is within 0.01 of the best, it is the one with the highest
 * agreement; of equal ones, the one in the middle. The reason: from some block on nearly all of
 * them tell the texts apart, so that separation only rules the others out. What one vector can do
 * for every text is how far the pairs' differences point one way, which is agreement. And early
 * blocks hold the words more than what they mean, late ones the next token.
 *
 * @param why one sentence, without a full stop
 * @param warnings what speaks against relying on it, a sentence each; possibly none
 */
public record Advice(Site site, String why, List<String> warnings) {
  private static final double AS_GOOD = 0.01;
  private static final double HARDLY = 0.7;
  private static final double OFTEN = 0.25;
  private static final int FEW_ROWS = 16;
  private static final double STRONG = 0.5;

  public Advice {
    warnings = List.copyOf(warnings);
  }

  /**
   * The advice on what one method learned.
   *
   * @param learned by site, in the order of the model; not empty
   */
  public static Advice of(Map<Site, Learned> learned) {
    List<Site> sites = List.copyOf(learned.keySet());
    double best =
        learned.values().stream().mapToDouble(one -> one.diagnosis().separation()).max().orElse(0);
    List<Site> good =
        sites.stream()
            .filter(site -> !(learned.get(site).diagnosis().separation() < best - AS_GOOD))
            .toList();
    Comparator<Site> agreement =
        Comparator.comparingDouble(site -> agreement(learned.get(site).diagnosis()));
    Comparator<Site> fromMiddle =
        Comparator.comparingDouble(
            site -> Math.abs(sites.indexOf(site) - (sites.size() - 1) / 2.0));
    Site chosen = good.stream().max(agreement.thenComparing(fromMiddle.reversed())).orElseThrow();
    return new Advice(chosen, why(chosen, learned, good), warnings(learned.get(chosen)));
  }

  /** Of texts without pairs, all sites agree alike. */
  private static double agreement(Diagnosis diagnosis) {
    return Double.isNaN(diagnosis.agreement()) ? 0 : diagnosis.agreement();
  }

  private static String why(Site chosen, Map<Site, Learned> learned, List<Site> good) {
    Diagnosis diagnosis = learned.get(chosen).diagnosis();
    String told = "`" + chosen.text() + "` tells the texts apart with separation ";
    String separation = told + number(diagnosis.separation());
    if (learned.size() == 1) {
      return separation + ", and is the only site";
    }
    if (good.size() == 1) {
      return separation + ", more than any other site";
    }
    String among = separation + ", and of the " + good.size() + " sites that do so as well ";
    return Double.isNaN(diagnosis.agreement())
        ? among + "it is the one in the middle"
        : among + "its pairs agree most, by " + number(diagnosis.agreement());
  }

  private static List<String> warnings(Learned learned) {
    Diagnosis diagnosis = learned.diagnosis();
    List<String> warnings = new ArrayList<>();
    if (diagnosis.separation() < HARDLY) {
      warnings.add(
          "the texts are hardly told apart here: separation "
              + number(diagnosis.separation())
              + ", where 0.5 is chance");
    }
    if (diagnosis.wrongSide() > OFTEN) {
      warnings.add(percent(diagnosis.wrongSide()) + " of what judged is on the wrong side");
    }
    if (diagnosis.seen()) {
      warnings.add("no text was held out, so that noise looks like success");
    } else if (diagnosis.rows() < FEW_ROWS) {
      warnings.add("only " + diagnosis.rows() + " texts were held out, too few to rely on");
    }
    if (learned.edit() instanceof Edit.Add && diagnosis.norm() > STRONG * diagnosis.typical()) {
      String share = percent(diagnosis.norm() / diagnosis.typical());
      warnings.add(
          "the vector is " + share + " as long as the activations, which may break the text");
    }
    return warnings;
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.0f %%", 100 * share);
  }
}
