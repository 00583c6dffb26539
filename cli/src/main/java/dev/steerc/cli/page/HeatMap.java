package dev.steerc.cli.page;

import dev.steerc.runtime.measure.Measurement;
import dev.steerc.runtime.measure.Place;
import dev.steerc.runtime.measure.Point;
import dev.steerc.runtime.measure.Swept;
import java.util.List;
import java.util.Locale;

/** Places by strengths, the effect as a colour and a number. */
record HeatMap(Swept swept) {

  String html() {
    StringBuilder out = new StringBuilder("<div class=\"wide\"><table class=\"heat\">");
    out.append("<caption>The effect at each point, and under it the perplexity.</caption>");
    out.append("<thead><tr><th scope=\"col\">layers</th>");
    for (double amount : swept.grid().amounts()) {
      String head = swept.grid().fractions() ? Html.percent(amount) : Html.strength(amount) + "×";
      out.append("<th scope=\"col\">").append(head).append("</th>");
    }
    out.append("</tr></thead><tbody>");
    for (Place place : swept.grid().places()) {
      out.append("<tr><th scope=\"row\">").append(Html.text(place.label())).append("</th>");
      row(place).forEach(point -> out.append(cell(point)));
      out.append("</tr>");
    }
    return out.append("</tbody></table></div>").append(legend()).toString();
  }

  private List<Point> row(Place place) {
    return swept.points().stream().filter(point -> point.place().equals(place)).toList();
  }

  private String cell(Point point) {
    if (point.measured().isEmpty()) {
      return "<td class=\"none\"><span class=\"out\">not measured</span>–</td>";
    }
    Measurement measured = point.measured().get();
    Measurement plain = swept.baselines().plain();
    boolean chosen = swept.chosen().filter(point::equals).isPresent();
    boolean kept = swept.rule().keeps(measured, plain);
    String css = (chosen ? " chosen" : "") + (kept ? "" : " over");
    return String.format(
        Locale.ROOT,
        "<td class=\"point%s\" style=\"--e:%.3f\"><b>%s</b><small>%s</small>%s</td>",
        css,
        measured.effect(),
        Html.number(measured.effect(), 2),
        Html.times(measured.perplexity() / plain.perplexity()),
        chosen ? "<em>chosen</em>" : kept ? "" : "<span class=\"out\">over the limit</span>");
  }

  private static String legend() {
    return "<p class=\"legend\"><span><i class=\"ramp\"></i> effect 0 to 1</span>"
        + "<span><i class=\"key over\"></i> over the limit</span>"
        + "<span><i class=\"key none\">–</i> not measured: a weaker one had fallen apart</span></p>";
  }
}
