package dev.steerc.residual;

import dev.steerc.onnx.ElementType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Groups the sums of a {@link Chain} into blocks, and proves that each is one. */
final class Blocks {
  private final Flow flow;
  private final Chain chain;
  private final List<Block> list = new ArrayList<>();
  private final Places places;

  private Blocks(Flow flow, Chain chain) {
    this.flow = flow;
    this.chain = chain;
    Readers.check(flow, chain);
    this.places = Places.of(flow, chain);
  }

  static Blocks of(Flow flow, Chain chain) {
    Blocks blocks = new Blocks(flow, chain);
    blocks.group();
    return blocks;
  }

  List<Block> list() {
    return list;
  }

  long width() {
    return places.width();
  }

  ElementType type() {
    return places.type();
  }

  /** Attention then MLP, or both at once: anything else is no block. */
  private void group() {
    List<Sum> sums = chain.sums();
    if (sums.stream().allMatch(Blocks::isMlp)) {
      throw Chain.broken(
          "the blocks have no attention",
          sums.get(0).root().node(),
          "nothing that a sum adds weighs positions by a softmax");
    }
    Optional<Place> before = places.base();
    for (int at = 0; at < sums.size(); at++) {
      Sum sum = sums.get(at);
      if (isParallel(sum)) {
        before = add(before, sum, sum);
      } else if (isAttention(sum) && at + 1 < sums.size() && isMlp(sums.get(at + 1))) {
        before = add(before, sum, sums.get(++at));
      } else {
        String kind = isAttention(sum) ? "attention" : "an MLP";
        throw Chain.broken(
            "block " + list.size() + " is not attention followed by an MLP",
            sum.root().node(),
            "this sum adds " + kind + " where the other half of a block is missing");
      }
    }
  }

  private Optional<Place> add(Optional<Place> before, Sum attention, Sum mlp) {
    Optional<Place> middle = attention == mlp ? Optional.empty() : places.stream(attention);
    Optional<Place> after = places.stream(mlp);
    Optional<Place> attended = places.branch(attention, true);
    Optional<Place> fed = places.branch(mlp, false);
    Dissection parts = Dissection.of(flow, attention, mlp);
    list.add(
        new Block(
            list.size(), before, attended, middle, fed, after, parts.anatomy(), parts.evidence()));
    return after;
  }

  private static boolean isAttention(Sum sum) {
    return sum.branches().stream().allMatch(Sum.Branch::attends);
  }

  private static boolean isMlp(Sum sum) {
    return sum.branches().stream().noneMatch(Sum.Branch::attends);
  }

  private static boolean isParallel(Sum sum) {
    return !isAttention(sum) && !isMlp(sum);
  }
}
