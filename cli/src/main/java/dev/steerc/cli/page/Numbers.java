package dev.steerc.cli.page;

import dev.steerc.runtime.measure.Measurement;
import dev.steerc.runtime.measure.Point;
import dev.steerc.runtime.measure.Swept;
import java.util.List;

/** Tables of all that was measured. */
record Numbers(Swept swept) {
  private static final List<String> HEAD =
      List.of(
          "layers",
          "strength",
          "of norm",
          "effect",
          "wrong way",
          "perplexity",
          "KL",
          "distinct-1",
          "distinct-2",
          "distinct-3",
          "repetition",
          "tokens");

  String ofGrid() {
    StringBuilder rows = baselines(swept.baselines());
    Measurement plain = swept.baselines().plain();
    for (Point point : swept.points()) {
      boolean chosen = swept.chosen().filter(point::equals).isPresent();
      rows.append(open(point, chosen));
      rows.append(
          point
              .measured()
              .map(measured -> cells(measured, plain))
              .orElse("<td colspan=\"9\" class=\"skipped\">not measured</td>"));
      rows.append("</tr>");
    }
    return table(rows);
  }

  String ofReport(Swept.Report report) {
    StringBuilder rows = baselines(report.baselines());
    rows.append(open(swept.chosen().orElseThrow(), true));
    rows.append(cells(report.chosen(), report.baselines().plain()));
    return table(rows.append("</tr>"));
  }

  private static String table(StringBuilder rows) {
    StringBuilder head = new StringBuilder();
    HEAD.forEach(name -> head.append("<th scope=\"col\">").append(name).append("</th>"));
    return "<div class=\"wide\"><table class=\"numbers\"><thead><tr>"
        + (head + "</tr></thead><tbody>" + rows + "</tbody></table></div>");
  }

  private StringBuilder baselines(Swept.Baselines baselines) {
    StringBuilder rows = new StringBuilder(row("plain", baselines.plain(), baselines.plain()));
    baselines
        .instructed()
        .ifPresent(told -> rows.append(row("told in words", told, baselines.plain())));
    return rows;
  }

  private String row(String name, Measurement measured, Measurement plain) {
    return "<tr class=\"base\"><th scope=\"row\" colspan=\"3\">"
        + (name + "</th>" + cells(measured, plain) + "</tr>");
  }

  private static String open(Point point, boolean chosen) {
    return (chosen ? "<tr class=\"chosen\">" : "<tr>")
        + ("<th scope=\"row\">" + Html.text(point.place().label()) + (chosen ? " ●" : "") + "</th>")
        + ("<td>" + Html.strength(point.strength()) + "</td>")
        + ("<td>" + Html.percent(point.share()) + "</td>");
  }

  private String cells(Measurement measured, Measurement plain) {
    boolean same = measured == plain;
    double wrong = same ? Double.NaN : measured.wrongWay(plain, swept.rule().less());
    return cell(Html.number(measured.effect(), 2))
        + cell(Html.percent(wrong))
        + cell(Html.times(measured.perplexity() / plain.perplexity()))
        + cell(Html.number(same ? Double.NaN : measured.kl(), 2))
        + cell(Html.number(measured.distinct(1), 2))
        + cell(Html.number(measured.distinct(2), 2))
        + cell(Html.number(measured.distinct(3), 2))
        + cell(Html.number(measured.repetition(), 2))
        + cell(Html.number(measured.length(), 1));
  }

  private static String cell(String content) {
    return "<td>" + content + "</td>";
  }
}
