package dev.steerc.cli.page;

import dev.steerc.runtime.measure.Measurement;
import dev.steerc.runtime.measure.Point;
import dev.steerc.runtime.measure.Swept;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What some prompts give, plain and at three strengths of the chosen place. */
record SampleTexts(Swept swept) {
  private static final int PROMPTS = 3;

  /** One way of continuing. */
  private record Way(String name, String detail, String css, Measurement measured) {}

  String html() {
    List<Way> ways = ways();
    StringBuilder out = new StringBuilder();
    int prompts = Math.min(PROMPTS, swept.baselines().plain().samples().size());
    for (int i = 0; i < prompts; i++) {
      String prompt = swept.baselines().plain().samples().get(i).said().prompt();
      out.append("<article><h3 dir=\"auto\">").append(Html.text(prompt)).append(" …</h3>");
      out.append("<div class=\"ways\">");
      for (Way way : ways) {
        Measurement.Sample sample = way.measured().samples().get(i);
        out.append("<section class=\"way ").append(way.css()).append("\"><h4>").append(way.name());
        out.append("<small>").append(way.detail()).append("</small></h4>");
        out.append("<p dir=\"auto\">").append(shown(sample.said().text())).append("</p>");
        out.append("<footer>score ").append(Html.number(sample.score(), 2));
        out.append("</footer></section>");
      }
      out.append("</div></article>");
    }
    return out.toString();
  }

  private static String shown(String text) {
    return text.isBlank() ? "<i>nothing</i>" : Html.text(text.strip());
  }

  private List<Way> ways() {
    List<Way> ways = new ArrayList<>();
    ways.add(new Way("Plain", "no steering", "", swept.baselines().plain()));
    Optional<Point> centre = swept.chosen().isPresent() ? swept.chosen() : swept.nearest();
    centre.ifPresent(
        point -> {
          weaker(point).ifPresent(weak -> ways.add(way("Weak", "", weak)));
          boolean chosen = swept.chosen().isPresent();
          ways.add(way(chosen ? "Chosen" : "Nearest", chosen ? "picked" : "", point));
          stronger(point).ifPresent(strong -> ways.add(way("Too strong", "much", strong)));
        });
    return ways;
  }

  private static Way way(String name, String css, Point point) {
    String detail =
        Html.layers(point.place().label()) + " · " + Html.strength(point.strength()) + "×";
    return new Way(name, detail, css, point.measured().orElseThrow());
  }

  /** The weakest one at the place. */
  private Optional<Point> weaker(Point than) {
    return alike(than).stream()
        .filter(point -> Math.abs(point.strength()) < Math.abs(than.strength()))
        .findFirst();
  }

  /** The first beyond the limit, or else the strongest that there is. */
  private Optional<Point> stronger(Point than) {
    List<Point> more =
        alike(than).stream()
            .filter(point -> Math.abs(point.strength()) > Math.abs(than.strength()))
            .toList();
    Measurement plain = swept.baselines().plain();
    Optional<Point> strongest =
        more.stream().max(Comparator.comparingDouble(point -> Math.abs(point.strength())));
    return more.stream()
        .filter(p -> p.measured().orElseThrow().perplexity() > 3 * plain.perplexity())
        .findFirst()
        .or(() -> strongest);
  }

  /** Those of the same place and direction that were measured, weakest first. */
  private List<Point> alike(Point than) {
    return swept.points().stream()
        .filter(point -> point.place().equals(than.place()) && point.measured().isPresent())
        .filter(point -> point.strength() * than.strength() > 0)
        .toList();
  }
}
