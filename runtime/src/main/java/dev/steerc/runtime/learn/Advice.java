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
 * <p>Of the sites whose separation is within 0.01 of the best, those count whose agreement is
 * within 0.02 of the highest, and of them the one nearest to the middle. The reason: from some
 * block on nearly all of them tell the texts apart, so that separation only rules the others out.
 * What one vector can do for every text is how far the pairs' differences point one way, which is
 * agreement. And early blocks hold the words more than what they mean, late ones the next token.
 *
 * @param why one sentence, without a full stop
 * @param warnings what speaks against relying on it, a sentence each; possibly none
 */
public record Advice(Site site, String why, List<String> warnings) {
  private static final double AS_GOOD = 0.01;
  private static final double AGREES_AS_MUCH = 0.02;
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
   * @param form how it is used: what is added may be too long
   */
  public static Advice of(Map<Site, Learned> learned, Form form) {
    List<Site> sites = List.copyOf(learned.keySet());
    double best =
        learned.values().stream().mapToDouble(one -> one.diagnosis().separation()).max().orElse(0);
    List<Site> good =
        sites.stream()
            .filter(site -> !(learned.get(site).diagnosis().separation() < best - AS_GOOD))
            .toList();
    double most = good.stream().mapToDouble(site -> agreement(learned.get(site))).max().orElse(0);
    Comparator<Site> fromMiddle =
        Comparator.comparingDouble(
            site -> Math.abs(sites.indexOf(site) - (sites.size() - 1) / 2.0));
    List<Site> agreeing =
        good.stream()
            .filter(site -> agreement(learned.get(site)) >= most - AGREES_AS_MUCH)
            .toList();
    Site chosen = agreeing.stream().min(fromMiddle).orElseThrow();
    String why = why(chosen, learned, good.size(), agreeing.size());
    return new Advice(chosen, why, warnings(learned.get(chosen), form));
  }

  /** Of texts without pairs, all sites agree alike. */
  private static double agreement(Learned learned) {
    double agreement = learned.diagnosis().agreement();
    return Double.isNaN(agreement) ? 0 : agreement;
  }

  private static String why(Site chosen, Map<Site, Learned> learned, int good, int agreeing) {
    Diagnosis diagnosis = learned.get(chosen).diagnosis();
    String told = "`" + chosen.text() + "` tells the texts apart with separation ";
    String separation = told + number(diagnosis.separation());
    if (learned.size() == 1) {
      return separation + ", and is the only site";
    }
    if (good == 1) {
      return separation + ", more than any other site";
    }
    String among = separation + ", and of the " + good + " sites that do so as well ";
    if (agreeing == good) {
      return among + "it is the one in the middle";
    }
    String agreement = number(diagnosis.agreement());
    return agreeing == 1
        ? among + "its pairs agree most, by " + agreement
        : among + agreeing + " agree as much, by " + agreement + ", and it is in their middle";
  }

  private static List<String> warnings(Learned learned, Form form) {
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
    if (form.edit(learned) instanceof Edit.Add && diagnosis.norm() > STRONG * diagnosis.typical()) {
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
