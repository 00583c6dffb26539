package dev.steerc.cli.picture;

import dev.steerc.Inspection;
import dev.steerc.plan.Site;
import dev.steerc.plan.Site.Kind;
import java.util.List;
import java.util.Optional;

/** A residual stream as text for Graphviz. */
public final class Dot {
  private static final String STREAM = " [weight=9, penwidth=3, color=\"#3b6fd4\"]";

  private final Sketch sketch;
  private final StringBuilder out = new StringBuilder();

  /** They follow all nodes: one that names a node of another block would move it into its own. */
  private final StringBuilder edges = new StringBuilder();

  /** The node that the stream has come to. */
  private String at = "beginning";

  private Dot(Sketch sketch) {
    this.sketch = sketch;
  }

  /** The graph, to be drawn from top to bottom. */
  public static String of(Inspection inspection) {
    Dot dot = new Dot(new Sketch(inspection));
    dot.graph();
    return dot.out.toString();
  }

  private void graph() {
    line("digraph steerc {");
    line("  label=%s; labelloc=t; rankdir=TB;", quoted(sketch.title() + "\n" + sketch.summary()));
    line("  node [fontname=\"Helvetica\", fontsize=11, style=filled];");
    line("  graph [fontname=\"Helvetica\", fontsize=12];");
    box("beginning", sketch.beginning());
    for (int block = 0; block < sketch.model().blocks(); block++) {
      block(block);
    }
    box("ending", sketch.ending());
    stream("ending");
    List<String> named = sketch.named();
    for (int i = 0; i < named.size(); i++) {
      site("named " + i, named.get(i), true);
    }
    out.append(edges);
    line("}");
  }

  private void block(int block) {
    line("  subgraph %s {", quoted("cluster_" + block));
    line("    label=%s; style=rounded; color=\"#b9c8e6\";", quoted("block " + block));
    if (block == 0) {
      onStream(block, Kind.RESID_PRE);
    }
    String before = at;
    if (sketch.isParallel(block)) {
      String sum = sum(block + " sum");
      branch(block, before, sketch.attention(block), Kind.ATTN_OUT, sum);
      branch(block, before, sketch.mlp(block), Kind.MLP_OUT, sum);
      stream(sum);
    } else {
      String first = sum(block + " sum of attention");
      branch(block, before, sketch.attention(block), Kind.ATTN_OUT, first);
      stream(first);
      onStream(block, Kind.RESID_MID);
      String second = sum(block + " sum of mlp");
      branch(block, at, sketch.mlp(block), Kind.MLP_OUT, second);
      stream(second);
    }
    onStream(block, Kind.RESID_POST);
    line("  }");
  }

  private void branch(int block, String from, Sketch.Branch branch, Kind kind, String sum) {
    String name = block + " " + branch.title();
    box(name, branch.lines());
    edge(from, name, "");
    Optional<Sketch.Spot> spot = sketch.spot(block, kind);
    if (spot.isPresent()) {
      String site = site(block, kind, spot.get());
      edge(name, site, "");
      edge(site, sum, "");
    } else {
      edge(name, sum, "");
    }
  }

  private void onStream(int block, Kind kind) {
    sketch.spot(block, kind).ifPresent(spot -> stream(site(block, kind, spot)));
  }

  private void stream(String next) {
    edge(at, next, STREAM);
    at = next;
  }

  private String site(int block, Kind kind, Sketch.Spot spot) {
    String name = new Site.InBlock(block, kind).text();
    String ops = spot.isPatched() ? "\n" + String.join(", ", spot.ops()) : "";
    site(name, spot.name() + "\n" + spot.value() + ops, spot.isPatched());
    return name;
  }

  private void site(String name, String label, boolean isPatched) {
    line(
        "    %s [shape=ellipse, label=%s, fillcolor=\"%s\"];",
        quoted(name), quoted(label), isPatched ? "#ffb27a" : "#ffffff");
  }

  private String sum(String name) {
    line("    %s [shape=circle, label=\"+\", fillcolor=\"#ffffff\"];", quoted(name));
    return name;
  }

  private void box(String name, List<String> lines) {
    line(
        "    %s [shape=box, label=%s, fillcolor=\"#eef3fc\"];",
        quoted(name), quoted(String.join("\n", lines)));
  }

  private void edge(String from, String to, String attributes) {
    edges.append("  %s -> %s%s;\n".formatted(quoted(from), quoted(to), attributes));
  }

  private void line(String format, Object... values) {
    out.append(String.format(format, values)).append('\n');
  }

  /** A text as it is, whatever is in it; line ends begin a new line. */
  private static String quoted(String text) {
    StringBuilder out = new StringBuilder("\"");
    text.codePoints().forEach(c -> escape(c, out));
    return out.append('"').toString();
  }

  private static void escape(int c, StringBuilder out) {
    switch (c) {
      case '"' -> out.append("\\\"");
      case '\\' -> out.append("\\\\");
      case '\n' -> out.append("\\n");
      // Graphviz reads entities in labels
      case '&' -> out.append("&amp;");
      default -> out.appendCodePoint(Character.isISOControl(c) || isHalf(c) ? '\ufffd' : c);
    }
  }

  private static boolean isHalf(int c) {
    return c >= 0xd800 && c <= 0xdfff;
  }
}
