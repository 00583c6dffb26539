package dev.steerc.cli.page;

import dev.steerc.runtime.measure.Measurement;
import dev.steerc.runtime.measure.Place;
import dev.steerc.runtime.measure.Point;
import dev.steerc.runtime.measure.Rule;
import dev.steerc.runtime.measure.Swept;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The effect against what it costs in perplexity, a line for each place.
 *
 * @param width of the picture
 */
record Scatter(Swept swept, int width, int height) {
  private static final int LEFT = 44;
  private static final int RIGHT = 18;
  private static final int TOP = 36;
  private static final int BOTTOM = 44;
  private static final int COLOURS = 8;

  /** How far the axis goes, at least and at most: what is ruined beyond it makes no difference. */
  private static final double WIDE = 4;

  private static final double WIDEST = 25;

  private static final double[] TICKS = {0.5, 0.7, 1, 1.2, 1.5, 2, 3, 5, 10, 20};

  String svg(String css) {
    StringBuilder out = new StringBuilder();
    out.append(
        String.format(
            Locale.ROOT,
            "<svg class=\"scatter %s\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">",
            css,
            width,
            height,
            "effect against perplexity, a line for each place; the table below has the numbers"));
    axes(out);
    limit(out);
    List<Place> places = swept.grid().places();
    for (int i = 0; i < places.size(); i++) {
      line(places.get(i), i, out);
    }
    baselines(out);
    swept.chosen().ifPresent(point -> ring(point, out));
    return out.append("</svg>").toString();
  }

  /** What the colours and marks mean. */
  String legend() {
    StringBuilder out = new StringBuilder("<p class=\"legend\">");
    List<Place> places = swept.grid().places();
    for (int i = 0; i < places.size(); i++) {
      out.append("<span><i class=\"dot c").append(i % COLOURS).append("\"></i> ");
      out.append(Html.layers(places.get(i).label())).append("</span>");
    }
    out.append("<span><i class=\"dot plain\"></i> plain</span>");
    if (swept.baselines().instructed().isPresent()) {
      out.append("<span><i class=\"dot told\"></i> told in words</span>");
    }
    return out.append("<span><i class=\"dot ringed\"></i> chosen</span></p>").toString();
  }

  private double ratio(Measurement measured) {
    double ratio = measured.perplexity() / swept.baselines().plain().perplexity();
    return Math.min(most(), Math.max(least(), ratio));
  }

  /** The end of the axis, well behind the limit. */
  private double most() {
    boolean isLimited = swept.rule().kind() == Rule.Kind.BEST;
    return isLimited ? Math.min(WIDEST, Math.max(WIDE, 2 * swept.rule().limit())) : WIDEST;
  }

  /** Some room at the left of the best text. */
  private double least() {
    double plain = swept.baselines().plain().perplexity();
    double best =
        swept.points().stream()
            .flatMap(point -> point.measured().stream())
            .mapToDouble(measured -> measured.perplexity() / plain)
            .min()
            .orElse(1);
    double told = swept.baselines().instructed().map(m -> m.perplexity() / plain).orElse(1.0);
    return Math.max(0.4, 0.92 * Math.min(1, Math.min(best, told)));
  }

  private double x(double ratio) {
    double share = Math.log(ratio / least()) / Math.log(most() / least());
    return LEFT + share * (width - LEFT - RIGHT);
  }

  private double y(double effect) {
    return TOP + (1 - effect) * (height - TOP - BOTTOM);
  }

  private void axes(StringBuilder out) {
    for (int i = 0; i <= 4; i++) {
      line("grid", LEFT, y(i / 4.0), width - RIGHT, y(i / 4.0), out);
      words("tick end", LEFT - 8, y(i / 4.0) + 4, Html.number(i / 4.0, 2), out);
    }
    double free = 0;
    for (double tick : TICKS) {
      if (tick >= least() && x(tick) - free > 34 && x(most()) - x(tick) > 38) {
        free = x(tick);
        line("grid", free, TOP, free, height - BOTTOM, out);
        words("tick middle", free, height - BOTTOM + 18, Html.strength(tick) + "×", out);
      }
    }
    words(
        "tick end",
        width - RIGHT + 8,
        height - BOTTOM + 18,
        "≥" + Html.strength(most()) + "×",
        out);
    words("axis end", width - RIGHT, height - 6, "perplexity, times the plain text's", out);
    words("axis", 4, 14, "effect", out);
  }

  private void limit(StringBuilder out) {
    if (swept.rule().kind() == Rule.Kind.BEST && swept.rule().limit() < most()) {
      double at = x(Math.max(least(), swept.rule().limit()));
      line("limit", at, TOP, at, height - BOTTOM, out);
      words("tick", at + 5, height - BOTTOM - 8, "limit", out);
    }
  }

  private void line(Place place, int number, StringBuilder out) {
    List<Measurement> measured = new ArrayList<>(List.of(swept.baselines().plain()));
    List<Point> points =
        swept.points().stream()
            .filter(p -> p.place().equals(place) && p.measured().isPresent())
            .toList();
    points.forEach(point -> measured.add(point.measured().orElseThrow()));
    String colour = "c" + number % COLOURS;
    StringBuilder path = new StringBuilder();
    for (Measurement one : measured) {
      path.append(Html.at(x(ratio(one)))).append(',').append(Html.at(y(one.effect()))).append(' ');
    }
    boolean again = number >= COLOURS;
    out.append("<polyline class=\"line ").append(colour).append(again ? " dashed" : "");
    out.append("\" points=\"").append(path.toString().strip()).append("\"/>");
    for (Point point : points) {
      Measurement one = point.measured().orElseThrow();
      circle("mark " + colour, x(ratio(one)), y(one.effect()), 4, title(point, one), out);
    }
  }

  private String title(Point point, Measurement measured) {
    return "at "
        + point.place().label()
        + (", strength " + Html.strength(point.strength()))
        + (": effect " + Html.number(measured.effect(), 2))
        + (", perplexity "
            + Html.times(measured.perplexity() / swept.baselines().plain().perplexity()));
  }

  private void baselines(StringBuilder out) {
    Measurement plain = swept.baselines().plain();
    circle("plain", x(1), y(plain.effect()), 6, "plain: " + Html.number(plain.effect(), 2), out);
    swept
        .baselines()
        .instructed()
        .ifPresent(
            told -> {
              String at = Html.at(x(ratio(told))) + " " + Html.at(y(told.effect()));
              out.append("<path class=\"told\" d=\"M").append(at).append("m0-7l7 7-7 7-7-7z\">");
              out.append(Html.element("title", "", "told in words")).append("</path>");
            });
  }

  private void ring(Point point, StringBuilder out) {
    Measurement measured = point.measured().orElseThrow();
    double x = x(ratio(measured));
    double y = y(measured.effect());
    circle("ring", x, y, 9, "chosen", out);
    boolean left = x > width - 90;
    words(left ? "name end" : "name", x + (left ? -8 : 8), y - 11, "chosen", out);
  }

  private static void circle(
      String css, double x, double y, int radius, String title, StringBuilder out) {
    out.append("<circle class=\"").append(css).append("\" cx=\"").append(Html.at(x));
    out.append("\" cy=\"").append(Html.at(y)).append("\" r=\"").append(radius).append("\">");
    out.append(Html.element("title", "", title)).append("</circle>");
  }

  private static void line(
      String css, double x1, double y1, double x2, double y2, StringBuilder out) {
    out.append("<path class=\"").append(css).append("\" d=\"M").append(Html.at(x1)).append(' ');
    out.append(Html.at(y1)).append('L').append(Html.at(x2)).append(' ').append(Html.at(y2));
    out.append("\"/>");
  }

  private static void words(String css, double x, double y, String text, StringBuilder out) {
    out.append("<text class=\"").append(css).append("\" x=\"").append(Html.at(x)).append("\" y=\"");
    out.append(Html.at(y)).append("\">").append(Html.text(text)).append("</text>");
  }
}
