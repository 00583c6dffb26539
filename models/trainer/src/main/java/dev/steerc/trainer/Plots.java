package dev.steerc.trainer;

import dev.steerc.trainer.Measured.Entry;
import dev.steerc.trainer.Measured.Point;
import dev.steerc.trainer.Panel.Line;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import javax.imageio.ImageIO;

/** The pictures of the card, as PNG. */
final class Plots {
  /** Pixels of the picture for each of the page, for screens with small ones. */
  private static final int SCALE = 2;

  /** The height of the row that tells the lines apart. */
  private static final int LEGEND = 28;

  private Plots() {}

  /** The width that the page gives to a picture of two panels. */
  static int width() {
    return 2 * Panel.WIDTH;
  }

  /** The rate and the perplexity of a group's concepts by strength, side by side. */
  static byte[] curves(Group group, List<Entry> entries) {
    List<Line> rates = entries.stream().map(entry -> line(entry, Point::rate)).toList();
    List<Line> ratios = entries.stream().map(Plots::ratios).toList();
    OptionalDouble chosen = OptionalDouble.of(1);
    String across = "strength (dashed: the one chosen)";
    return png(
        List.of(
            new Panel(
                group.title() + ": percentage of texts that show it",
                across,
                Scale.SHARE,
                rates,
                chosen),
            new Panel("Perplexity, × that of plain texts", across, Scale.RATIO, ratios, chosen)));
  }

  /** The loss of a training by step. */
  static byte[] loss(Progress progress) {
    List<Progress.Line> lines = progress.lines();
    double[] steps = lines.stream().mapToDouble(Progress.Line::step).toArray();
    double[] train = lines.stream().mapToDouble(Progress.Line::train).toArray();
    double[] heldOut = lines.stream().mapToDouble(Progress.Line::heldOut).toArray();
    List<Line> both =
        List.of(new Line("training", steps, train), new Line("held out", steps, heldOut));
    return png(
        List.of(
            new Panel("Loss (nats per token)", "step", Scale.PLAIN, both, OptionalDouble.empty())));
  }

  private static Line line(Entry entry, ToDoubleFunction<Point> height) {
    return new Line(
        entry.label(),
        entry.curve().stream().mapToDouble(Point::strength).toArray(),
        entry.curve().stream().mapToDouble(height).toArray());
  }

  private static Line ratios(Entry entry) {
    double plain =
        entry.curve().stream()
            .filter(point -> point.strength() == 0)
            .findFirst()
            .orElse(entry.plain())
            .perplexity();
    return line(entry, point -> point.perplexity() / plain);
  }

  private static byte[] png(List<Panel> panels) {
    int width = panels.size() * Panel.WIDTH;
    int height = Panel.HEIGHT + LEGEND;
    BufferedImage image =
        new BufferedImage(SCALE * width, SCALE * height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.scale(SCALE, SCALE);
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, width, height);
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    panels.get(0).legend(graphics, width, Panel.HEIGHT + LEGEND / 3);
    for (Panel panel : panels) {
      panel.chart().paint(graphics, Panel.WIDTH, Panel.HEIGHT);
      graphics.translate(Panel.WIDTH, 0);
    }
    graphics.dispose();
    return bytes(image);
  }

  private static byte[] bytes(BufferedImage image) {
    var out = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", out);
    } catch (IOException e) {
      throw new IllegalStateException("a stream in memory fails", e);
    }
    return out.toByteArray();
  }
}
