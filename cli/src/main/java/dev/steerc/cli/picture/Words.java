package dev.steerc.cli.picture;

import dev.steerc.residual.Anatomy;
import dev.steerc.residual.Ending;
import java.util.ArrayList;
import java.util.List;

/** How people call the parts of a decoder. */
public final class Words {
  private Words() {}

  /** Such as {@code LayerNorm before}: the kind of norm, and on which side of a branch it is. */
  public static String norm(Anatomy block) {
    return block.norm().equals("none") ? "none" : block.norm() + " " + block.normed();
  }

  /** Such as {@code spelled out, rotary}. */
  public static String attention(Anatomy block) {
    return block.attention() + (block.isRotary() ? ", rotary" : "");
  }

  public static String order(Anatomy block) {
    return block.isParallel() ? "parallel" : "sequential";
  }

  /** What is between the last block and the outputs, part by part. */
  public static List<String> ending(Ending ending) {
    List<String> parts = new ArrayList<>();
    if (!ending.norm().equals("none")) {
      parts.add(ending.norm());
    }
    switch (ending.head()) {
      case "tied" -> parts.add("tied head");
      case "separate" -> parts.add("head");
      default -> parts.add("no head");
    }
    if (ending.isScaled()) {
      parts.add("logits scaled");
    }
    if (ending.isCapped()) {
      parts.add("logits capped");
    }
    return parts;
  }
}
