package dev.steerc.cli.picture;

import dev.steerc.Inspection;
import dev.steerc.cli.picture.Sketch.Spot;
import dev.steerc.plan.Site;
import dev.steerc.plan.Site.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A residual stream as an SVG: the stream runs down, branches leave it to the right and are added
 * to it again, and every site has a mark and a name.
 */
public final class Svg {
  private static final int STREAM = 92;
  private static final int BOX = 160;
  private static final int BOX_WIDTH = 210;
  private static final int GAP = 20;
  private static final int LINE = 15;
  private static final int MARGIN = 24;

  /** Between two labels of two lines each. */
  private static final int ROW = 36;

  private static final int NAME_GLYPH = 8;
  private static final int GLYPH = 7;
  private static final int NARROWEST = 300;
  private static final int LONGEST = 80;

  /** What a box at an end has room for. */
  private static final int IN_BOX = 18;

  private final Sketch sketch;
  private final Canvas canvas = new Canvas();

  /** What everything else is drawn upon. */
  private final Canvas ground = new Canvas();

  /** Where names of sites begin, and where the picture ends. */
  private final int labels;

  private final int width;

  /** How far down the picture is drawn. */
  private int y = MARGIN;

  private Svg(Sketch sketch) {
    this.sketch = sketch;
    this.labels = BOX + (sketch.hasParallel() ? 2 : 1) * (BOX_WIDTH + GAP) + GAP;
    this.width = labels + widest(sketch) + MARGIN;
  }

  /** The picture, light or dark as the reader has it. */
  public static String of(Inspection inspection) {
    Svg svg = new Svg(new Sketch(inspection));
    svg.draw();
    return svg.document();
  }

  private static int widest(Sketch sketch) {
    int widest = NARROWEST;
    for (Site.InBlock site : sketch.model().sites().keySet()) {
      Spot spot = sketch.spot(site.block(), site.kind()).orElseThrow();
      int ops = String.join(", ", spot.ops()).length() * GLYPH;
      widest = Math.max(widest, shown(spot.value()).length() * GLYPH);
      widest = Math.max(widest, behind(spot) + ops);
    }
    return widest;
  }

  /** Where what is done at a site stands behind its name. */
  private static int behind(Spot spot) {
    return (spot.name().length() + 1) * NAME_GLYPH;
  }

  private void draw() {
    canvas.text("heading", MARGIN, y += 14, shown(sketch.title()));
    canvas.text("detail", MARGIN, y += 20, sketch.summary());
    legend(y += 26);
    y += 20;
    end(sketch.beginning());
    int top = y;
    for (int block = 0; block < sketch.model().blocks(); block++) {
      block(block);
    }
    y += GAP + 4;
    ground.line("stream", STREAM, top, STREAM, y);
    end(sketch.ending());
    sketch.named().forEach(this::named);
  }

  private void legend(int at) {
    canvas.dot("site", MARGIN + 6, at - 4, 5);
    canvas.text("detail", MARGIN + 18, at, "a site that can be steered");
    if (sketch.inspection().manifest().isPresent()) {
      canvas.dot("site patched", BOX + BOX_WIDTH / 2, at - 4, 7);
      canvas.text("detail", BOX + BOX_WIDTH / 2 + 14, at, "a site with steering");
    }
  }

  private void named(String text) {
    y += 24;
    canvas.dot("site patched", MARGIN + 6, y - 4, 7);
    canvas.text("value", MARGIN + 20, y, shown(text));
  }

  /** What is before the first block, or behind the last. */
  private void end(List<String> lines) {
    int height = 12 + LINE * lines.size();
    canvas.box("box", MARGIN, y, 2 * (STREAM - MARGIN), height, 8);
    List<String> fitting = lines.stream().map(line -> shown(line, IN_BOX)).toList();
    canvas.lines(STREAM, y + 18, LINE, fitting, fitting.get(0));
    y += height;
  }

  private void block(int block) {
    int top = y;
    List<Runnable> later = new ArrayList<>();
    y += 20;
    if (block == 0) {
      y += 10;
      int at = y;
      later.add(() -> mark(block, Kind.RESID_PRE, STREAM, at));
      y += 8;
    }
    if (sketch.isParallel(block)) {
      parallel(block, later);
    } else {
      sum(block, sketch.attention(block), Kind.ATTN_OUT, later);
      int middle = y += ROW - 2;
      later.add(() -> mark(block, Kind.RESID_MID, STREAM, middle));
      y += 8;
      sum(block, sketch.mlp(block), Kind.MLP_OUT, later);
    }
    int post = y += ROW - 2;
    later.add(() -> mark(block, Kind.RESID_POST, STREAM, post));
    int start = block == 0 ? top + 8 : top + 20;
    canvas.text("number", MARGIN - 8, start + 18, "block " + block);
    if (block % 2 == 0) {
      ground.box("band", 8, start, width - 16, y + 20 - start, 6);
    }
    later.forEach(Runnable::run);
  }

  private void sum(int block, Sketch.Branch branch, Kind kind, List<Runnable> later) {
    int from = y += 10;
    int back = box(branch, BOX, from, Optional.empty());
    int middle = BOX + BOX_WIDTH / 2;
    canvas.line("flow", STREAM, from, middle, from, middle, from + GAP - 7);
    canvas.line("flow", middle, back - 16, middle, back, STREAM + 11, back);
    later.add(() -> mark(block, kind, BOX - 22, back));
    later.add(() -> plus(back, back));
    y = back;
  }

  private void parallel(int block, List<Runnable> later) {
    Sketch.Branch attention = sketch.attention(block);
    Sketch.Branch mlp = sketch.mlp(block);
    int second = BOX + BOX_WIDTH + GAP;
    int from = y += 10;
    int lines = Math.max(attention.lines().size(), mlp.lines().size());
    int back = box(attention, BOX, from, Optional.of(lines));
    box(mlp, second, from, Optional.of(lines));
    int last = back + ROW;
    int left = BOX + BOX_WIDTH / 2;
    int right = second + BOX_WIDTH / 2;
    canvas.line("flow", STREAM, from, right, from, right, from + GAP - 7);
    canvas.line("flow", left, from, left, from + GAP - 7);
    canvas.line("flow", left, back - 16, left, back, STREAM + 11, back);
    canvas.line("flow", right, back - 16, right, last, STREAM + 11, last);
    later.add(() -> mark(block, Kind.ATTN_OUT, BOX - 22, back));
    later.add(() -> mark(block, Kind.MLP_OUT, BOX - 22, last));
    later.add(() -> plus(back, last));
    y = last;
  }

  /** Draws a box under a line that leads to it, and gives where what it yields turns back. */
  private int box(Sketch.Branch branch, int x, int from, Optional<Integer> lines) {
    int height = 14 + LINE * lines.orElse(branch.lines().size());
    int top = from + GAP - 6;
    canvas.box("box", x, top, BOX_WIDTH, height, 8);
    canvas.lines(x + BOX_WIDTH / 2, top + 19, LINE, branch.lines(), branch.title());
    return top + height + 16;
  }

  private void plus(int from, int to) {
    canvas.box("sum", STREAM - 9, from - 9, 18, to - from + 18, 9);
    int middle = (from + to) / 2;
    canvas.line("cross", STREAM - 5, middle, STREAM + 5, middle);
    canvas.line("cross", STREAM, middle - 5, STREAM, middle + 5);
  }

  /** The mark of a site, with its name and tensor at the right; nothing where there is no site. */
  private void mark(int block, Kind kind, int x, int at) {
    sketch.spot(block, kind).ifPresent(spot -> mark(spot, x, at));
  }

  private void mark(Spot spot, int x, int at) {
    canvas.open(spot.name() + ": " + spot.value());
    canvas.line("leader", x, at, labels - 8, at);
    canvas.dot(spot.isPatched() ? "site patched" : "site", x, at, spot.isPatched() ? 7 : 5);
    canvas.text(spot.isPatched() ? "name patched" : "name", labels, at - 1, spot.name());
    if (spot.isPatched()) {
      canvas.text("ops", labels + behind(spot), at - 1, String.join(", ", spot.ops()));
    }
    canvas.text("value", labels, at + 13, shown(spot.value()));
    canvas.close();
  }

  private static String shown(String name) {
    return shown(name, LONGEST);
  }

  /** A name of bearable length; the whole one is in the hint. */
  private static String shown(String name, int most) {
    int half = most / 2;
    return name.length() <= most
        ? name
        : name.substring(0, half) + "…" + name.substring(name.length() - half + 1);
  }

  private String document() {
    int height = y + MARGIN;
    return """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %1$d %2$d" width="%1$d" height="%2$d" role="img">
        <title>%3$s</title>
        <style>%4$s</style>
        <marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" markerHeight="6" orient="auto">
        <path class="tip" d="M0 0L8 4L0 8Z"/></marker>
        <rect class="paper" width="%1$d" height="%2$d"/>
        %5$s%6$s</svg>
        """
        .formatted(
            width,
            height,
            Canvas.escaped("The residual stream of " + sketch.title() + ": " + sketch.summary()),
            Look.CSS,
            ground.shapes(),
            canvas.shapes());
  }
}
