package dev.steerc.runtime.learn;

import dev.steerc.plan.Site;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.Trace;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A concept's direction: the mean activation of the texts that have it less the mean of their twins
 * that do not. Source: arXiv 2310.06824; the best simple learner in AxBench, arXiv 2501.17148.
 */
public final class DifferenceOfMeans {
  private static final int PAIRS_AT_ONCE = 16;

  private DifferenceOfMeans() {}

  /**
   * Learns a direction at each tapped site of a model. It keeps one activation of each text and
   * site, so that the directions can be judged.
   *
   * @param span which tokens count; a text of many counts as much as one of few
   * @throws dev.steerc.problem.SteercException when the model has no taps or a pair tells nothing
   *     apart
   */
  public static Map<Site, Direction> of(SteeredModel model, List<Contrast> pairs, Span span) {
    Set<Site> sites = model.ports().taps().keySet();
    if (sites.isEmpty()) {
      throw Problem.of(Code.TAP_MISSING, "the model gives no activations to learn from")
          .at(model.path())
          .help("patch it again with taps: `steerc patch MODEL --layers all --tap`")
          .exception();
    }
    Examples.check(pairs);
    Map<Site, SiteMeans> means = new LinkedHashMap<>();
    for (int from = 0; from < pairs.size(); from += PAIRS_AT_ONCE) {
      int end = Math.min(pairs.size(), from + PAIRS_AT_ONCE);
      List<Trace> traces = model.trace(prompts(pairs.subList(from, end)), sites);
      for (int i = 0; i < traces.size(); i += 2) {
        add(means, traces.get(i), traces.get(i + 1), span);
      }
    }
    Map<Site, Direction> directions = new LinkedHashMap<>();
    means.forEach((site, sums) -> directions.put(site, sums.direction()));
    return Collections.unmodifiableMap(directions);
  }

  /** The positive and the negative text of each pair by turns. */
  private static List<Prompt> prompts(List<Contrast> pairs) {
    List<Prompt> prompts = new ArrayList<>();
    for (Contrast pair : pairs) {
      prompts.add(Prompt.of(pair.having().text()));
      prompts.add(Prompt.of(pair.lacking().text()));
    }
    return prompts;
  }

  private static void add(Map<Site, SiteMeans> means, Trace positive, Trace negative, Span span) {
    int more = span.from(positive.tokens(), negative.tokens());
    int less = span.from(negative.tokens(), positive.tokens());
    positive
        .activations()
        .forEach(
            (site, activations) ->
                means
                    .computeIfAbsent(site, s -> new SiteMeans(activations.width()))
                    .add(activations, more, negative.activations().get(site), less));
  }
}
