package dev.steerc.trainer;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import org.knowm.xchart.AnnotationLine;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * A diagram of lines.
 *
 * @param title what is drawn
 * @param across what is below
 * @param lines six at most, each with a colour and a marker of its own
 * @param chosen where a vertical line stands
 */
record Panel(String title, String across, Scale scale, List<Line> lines, OptionalDouble chosen) {
  /** Its size in the page, in pixels. */
  static final int WIDTH = 440;

  static final int HEIGHT = 300;

  private static final Font FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 11);
  private static final int MARKER = 7;

  /** The length of a line in the legend, and the room between what stands there. */
  private static final int DASH = 22;

  private static final int GAP = 6;
  private static final int CROWD = 20;
  private static final BasicStroke LINE = new BasicStroke(2);
  private static final Color INK = new Color(0x24292f);
  private static final Color GRID = new Color(0xe4e7eb);
  private static final Color GREY = new Color(0x8c959f);

  /** Different for any kind of colour vision. Source: Okabe and Ito, "Color universal design". */
  private static final List<Color> COLOURS =
      List.of(
          new Color(0x0072b2),
          new Color(0xd55e00),
          new Color(0x009e73),
          new Color(0xcc79a7),
          new Color(0xe69f00),
          new Color(0x56b4e9));

  private static final List<Marker> MARKERS =
      List.of(
          SeriesMarkers.CIRCLE,
          SeriesMarkers.SQUARE,
          SeriesMarkers.TRIANGLE_UP,
          SeriesMarkers.DIAMOND,
          SeriesMarkers.TRIANGLE_DOWN,
          SeriesMarkers.CROSS);

  Panel {
    if (lines.size() > COLOURS.size()) {
      throw new IllegalArgumentException(lines.size() + " lines and six colours");
    }
  }

  /** Points from left to right. */
  record Line(String name, double[] x, double[] y) {}

  /** The diagram, ready to be painted. */
  XYChart chart() {
    XYChart chart =
        new XYChartBuilder().width(WIDTH).height(HEIGHT).title(title).xAxisTitle(across).build();
    style(chart.getStyler());
    for (int i = 0; i < lines.size(); i++) {
      draw(chart, lines.get(i), i);
    }
    chosen.ifPresent(at -> chart.addAnnotation(new AnnotationLine(at, true, false)));
    return chart;
  }

  private void draw(XYChart chart, Line line, int kind) {
    double[] heights = Arrays.stream(line.y()).map(scale::height).toArray();
    XYSeries series = chart.addSeries(line.name(), line.x(), heights);
    series.setLineColor(COLOURS.get(kind));
    series.setLineStyle(LINE);
    series.setMarkerColor(COLOURS.get(kind));
    series.setMarker(marker(line, kind));
  }

  /** Writes what the colours and markers mean in one row, in the middle of a width. */
  void legend(Graphics2D graphics, int width, int middle) {
    graphics.setFont(FONT);
    int all = lines.stream().mapToInt(line -> width(graphics, line)).sum();
    int left = (width - all) / 2;
    for (int i = 0; i < lines.size(); i++) {
      Line line = lines.get(i);
      graphics.setColor(COLOURS.get(i));
      graphics.setStroke(LINE);
      graphics.drawLine(left, middle, left + DASH, middle);
      marker(line, i).paint(graphics, left + DASH / 2.0, middle, MARKER);
      graphics.setColor(INK);
      graphics.drawString(line.name(), left + DASH + GAP, middle + MARKER / 2 + 1);
      left += width(graphics, line);
    }
  }

  private static int width(Graphics2D graphics, Line line) {
    return DASH + 3 * GAP + graphics.getFontMetrics().stringWidth(line.name());
  }

  /** None where there are so many points that markers would hide the line. */
  private static Marker marker(Line line, int kind) {
    return line.x().length > CROWD ? SeriesMarkers.NONE : MARKERS.get(kind);
  }

  private void style(XYStyler style) {
    style.setBaseFont(FONT);
    style.setChartTitleFont(FONT.deriveFont(Font.BOLD, 12));
    style.setChartTitleBoxVisible(false);
    style.setAxisTitleFont(FONT);
    style.setAxisTickLabelsFont(FONT);
    style.setChartFontColor(INK);
    style.setAxisTickLabelsColor(INK);
    style.setChartBackgroundColor(Color.WHITE);
    style.setPlotBackgroundColor(Color.WHITE);
    style.setPlotBorderVisible(false);
    style.setPlotGridVerticalLinesVisible(false);
    style.setPlotGridLinesColor(GRID);
    style.setPlotGridLinesStroke(new BasicStroke(1f));
    style.setAxisTicksLineVisible(false);
    style.setAxisTickMarksColor(GRID);
    style.setYAxisTitleVisible(false);
    style.setLegendVisible(false);
    style.setMarkerSize(MARKER);
    style.setAnnotationLineColor(GREY);
    style.setAnnotationLineStroke(
        new BasicStroke(1, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER, 1, new float[] {3, 3}, 0));
    style.setYAxisTickLabelsFormattingFunction(scale::label);
    limits(style);
  }

  /** The heights shown: whole steps, so that the labels are round numbers, and 0. */
  private void limits(XYStyler style) {
    double[] heights =
        lines.stream()
            .flatMapToDouble(line -> Arrays.stream(line.y()))
            .map(scale::height)
            .toArray();
    double top = Math.ceil(Arrays.stream(heights).max().orElse(1));
    double bottom = Math.floor(Arrays.stream(heights).min().orElse(0));
    double left = lines.stream().mapToDouble(line -> line.x()[0]).min().orElse(0);
    style.setXAxisMin(Math.min(0, left));
    style.setYAxisMin(scale == Scale.RATIO ? Math.min(0, bottom) : 0);
    style.setYAxisMax(scale == Scale.SHARE ? 100 : Math.max(top, 1));
  }
}
