package dev.steerc.cli.page;

import dev.steerc.runtime.measure.Measurement;
import dev.steerc.runtime.measure.Point;
import dev.steerc.runtime.measure.Rule;
import dev.steerc.runtime.measure.Swept;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/**
 * A sweep as one page.
 *
 * @param facts what it depends on, by name
 * @param command what was typed
 */
public record SweepPage(Swept swept, Map<String, String> facts, String command) {

  /** The whole file. */
  public String html() {
    String name = Html.text(swept.grid().vector().name());
    return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>"
        + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>"
        + "<meta name=\"color-scheme\" content=\"light dark\"/>"
        + ("<title>" + name + ", a sweep</title><style>" + style() + "</style></head><body><main>")
        + head(name)
        + section("Where and how strongly", grid())
        + section("What it costs", cost())
        + section("How it reads", new SampleTexts(swept).html())
        + swept.report().map(this::reported).orElse("")
        + section("All numbers", measures() + new Numbers(swept).ofGrid())
        + section("Doing it again", again())
        + "</main></body></html>\n";
  }

  private static String style() {
    try (InputStream in = SweepPage.class.getResourceAsStream("sweep.css")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String section(String title, String content) {
    return "\n<section>" + Html.element("h2", "", title) + content + "</section>";
  }

  private String head(String name) {
    return "<header>"
        + Html.element("p", "eyebrow", "steerc sweep")
        + ("<h1>" + name + "</h1>")
        + ("<p class=\"lead\">" + lead() + "</p>")
        + swept.report().map(this::cards).orElse("")
        + "</header>";
  }

  private String lead() {
    Optional<Point> chosen = swept.chosen();
    if (chosen.isEmpty()) {
      return "No point of the sweep will do: none has "
          + (swept.rule().less() ? "less" : "more")
          + " of it than the plain texts and keeps the limit.";
    }
    Point point = chosen.get();
    String share =
        Double.isNaN(point.share())
            ? ""
            : ", " + Html.percent(point.share()) + " of the typical length";
    String where = "Chosen: " + Html.layers(point.place().label()) + " at strength ";
    int prompts = swept.report().orElseThrow().chosen().samples().size();
    return where
        + (Html.strength(point.strength()) + share)
        + (". The numbers here are of " + prompts + " prompts that it was not chosen by.");
  }

  private String cards(Swept.Report report) {
    Measurement plain = report.baselines().plain();
    Measurement chosen = report.chosen();
    String told =
        report
            .baselines()
            .instructed()
            .map(m -> "told in words " + Html.number(m.effect(), 2))
            .orElse("mean score of the texts");
    boolean less = swept.rule().less();
    return "<div class=\"cards\">"
        + card(
            "effect",
            Html.number(plain.effect(), 2) + " → " + Html.number(chosen.effect(), 2),
            told)
        + card(
            "perplexity",
            Html.times(chosen.perplexity() / plain.perplexity()),
            "of the plain text's")
        + card("KL", Html.number(chosen.kl(), 2), "nats a token")
        + card("wrong way", Html.percent(chosen.wrongWay(plain, less)), "of the prompts")
        + "</div>";
  }

  private static String card(String name, String value, String note) {
    return "<div class=\"card\">"
        + Html.element("h2", "", name)
        + Html.element("p", "value", value)
        + Html.element("p", "note", note)
        + "</div>";
  }

  private String grid() {
    int texts = swept.baselines().plain().samples().size();
    String what =
        "Each point is "
            + texts
            + " texts, of the same prompts and the same chance. Plain texts score "
            + Html.number(swept.baselines().plain().effect(), 2)
            + swept
                .baselines()
                .instructed()
                .map(m -> ", those told in words " + Html.number(m.effect(), 2))
                .orElse("")
            + (". Wanted: " + swept.rule().text() + ".");
    return Html.element("p", "", what) + new HeatMap(swept).html();
  }

  private String cost() {
    String what =
        "The perplexity is that of the steered texts under the model without steering. A line goes"
            + " from the plain texts to ever stronger ones; up and to the left is good.";
    Scatter wide = new Scatter(swept, 760, 400);
    return Html.element("p", "", what)
        + "<figure>"
        + wide.svg("for-wide")
        + new Scatter(swept, 360, 340).svg("for-narrow")
        + ("<figcaption>" + wide.legend() + "</figcaption></figure>");
  }

  private String reported(Swept.Report report) {
    String what =
        "The best of many points is partly luck. These numbers are of "
            + report.chosen().samples().size()
            + " other prompts, which nothing was chosen by.";
    return section(
        "On prompts that it was not chosen by",
        Html.element("p", "", what) + new Numbers(swept).ofReport(report));
  }

  private static String measures() {
    return Html.element(
        "p",
        "",
        "Wrong way: texts with a lower score than the plain one of the same prompt and chance."
            + " KL: of steered from plain next-token distributions, mean over the generated tokens,"
            + " in nats. Distinct: different words, pairs and triples among all. Repetition: groups"
            + " of four words that the text had before.");
  }

  private String again() {
    StringBuilder out = new StringBuilder("<dl>");
    facts.forEach(
        (name, value) ->
            out.append(Html.element("dt", "", name)).append(Html.element("dd", "", value)));
    out.append("</dl>").append(Html.element("pre", "", command));
    String rule =
        swept.rule().kind() == Rule.Kind.BEST
            ? "Strengths are factors on the vector as it was before the sweep."
            : "Strengths are factors on the vector as it was before the sweep; the limit is one of KL.";
    return out.append(Html.element("p", "note", rule)).toString();
  }
}
