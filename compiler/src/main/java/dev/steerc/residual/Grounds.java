package dev.steerc.residual;

import dev.steerc.onnx.ElementType;
import dev.steerc.onnx.Node;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Tells by what a stream as a whole shows: where it begins and ends, and all that runs along it.
 */
final class Grounds {
  private final Flow flow;
  private final Chain chain;
  private final Notes notes = new Notes();
  private final Ending ending;

  private Grounds(Flow flow, Chain chain, Cache cache, List<Node> containers) {
    this.flow = flow;
    this.chain = chain;
    containers.forEach(this::noteContainer);
    noteBeginning();
    noteValues();
    String last = chain.values().get(chain.values().size() - 1);
    this.ending = Ending.of(flow, last, table(chain.embedding().rows()), notes);
    noteOrder();
    if (containers.stream().noneMatch(Grounds::isSearch)) {
      noteCache("is read by attention", cache.inputs());
      noteCache("holds attention's keys and values", cache.outputs());
    }
  }

  /**
   * Looks at a chain again.
   *
   * @param containers the nodes around the graph, outermost first
   */
  static Grounds of(Flow flow, Chain chain, Cache cache, List<Node> containers) {
    return new Grounds(flow, chain, cache, containers);
  }

  List<Evidence> evidence() {
    return notes.list();
  }

  Ending ending() {
    return ending;
  }

  private void noteContainer(Node node) {
    String because =
        isSearch(node)
            ? "a %s generates with the decoder inside it".formatted(node.op())
            : "both branches of an If hold a stream; this is the first";
    notes.add("graph", because, step(node));
  }

  private static boolean isSearch(Node container) {
    return !container.op().equals("If");
  }

  /** A node of the graph outside, which has no step in this one. */
  private static Step step(Node node) {
    return new Step(0, Step.Kind.OTHER, node, node.inputs(), node.outputs());
  }

  private void noteBeginning() {
    Embedding embedding = chain.embedding();
    Optional<Step> first = flow.producer(chain.base());
    if (first.isEmpty()) {
      notes.add(
          "beginning", "the input `%s` is the first that a sum continues".formatted(chain.base()));
    } else {
      first.ifPresent(
          step ->
              notes.add(
                  "beginning",
                  "`%s` is the first that a sum continues; it comes of tables and inputs alone"
                      .formatted(chain.base()),
                  step));
    }
    table(embedding.rows())
        .ifPresent(
            step ->
                notes.add(
                    "vocabulary",
                    "a table of %s rows%s".formatted(embedding.rows(), pickedBy(embedding.ids())),
                    step));
    table(embedding.positions())
        .ifPresent(
            step ->
                notes.add(
                    "context", "a table of %s positions".formatted(embedding.positions()), step));
  }

  private static String pickedBy(String ids) {
    return ids.isEmpty() ? "" : ", picked by the input `" + ids + "`";
  }

  /**
   * The step before the stream's first value that looks something up in a table of so many rows.
   */
  private Optional<Step> table(long rows) {
    return rows == 0
        ? Optional.empty()
        : Upstream.steps(flow, List.of(chain.base()), step -> isTable(step, rows)).stream()
            .filter(step -> isTable(step, rows))
            .findFirst();
  }

  private boolean isTable(Step step, long rows) {
    return step.inputs().stream()
        .flatMap(input -> flow.constant(input).stream())
        .anyMatch(tensor -> tensor.rank() >= 2 && tensor.dims().get(0) == rows);
  }

  private void noteValues() {
    int count = chain.sums().size();
    notes.add(
        "stream",
        count + (count == 1 ? " sum" : " sums, each of which continues the one before"),
        chain.sums().get(count - 1).root());
    chain.values().stream()
        .flatMap(value -> Stream.of(Norms.of(flow, value)))
        .filter(norms -> norms.widths().size() == 1)
        .findFirst()
        .ifPresentOrElse(
            this::noteWidth, () -> notes.add("width", "the last dimension of its values"));
    chain.values().stream()
        .filter(value -> isFloat(value) && flow.producer(value).isPresent())
        .reduce((before, after) -> after)
        .ifPresent(
            value ->
                notes.add(
                    "precision",
                    "`%s` is %s".formatted(value, flow.shape(value).type().label()),
                    flow.producer(value).get()));
  }

  private boolean isFloat(String value) {
    ElementType type = flow.shape(value).type();
    return type != null && type.isFloat();
  }

  private void noteWidth(Norms norms) {
    norms.steps().stream()
        .min(Comparator.comparingInt(Step::index))
        .ifPresent(
            step ->
                notes.add(
                    "width",
                    "the norms' scales have %s elements"
                        .formatted(norms.widths().iterator().next()),
                    step));
  }

  private void noteOrder() {
    chain.sums().stream()
        .flatMap(sum -> sum.branches().stream())
        .flatMap(branch -> Attention.in(flow, branch.region()).stream())
        .filter(attention -> attention.isCausal(flow))
        .findFirst()
        .ifPresent(
            found ->
                notes.add(
                    "causal", "attention is kept from looking at later positions", found.step()));
  }

  private void noteCache(String what, List<String> names) {
    if (!names.isEmpty()) {
      String more = names.size() > 1 ? ", like " + (names.size() - 1) + " more," : "";
      notes.add("cache", "`%s`%s %s".formatted(names.get(0), more, what));
    }
  }
}
