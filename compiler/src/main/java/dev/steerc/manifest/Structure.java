package dev.steerc.manifest;

import dev.steerc.residual.Anatomy;
import dev.steerc.residual.Ending;
import dev.steerc.residual.Heads;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What blocks and endings are made of, as JSON. Manifests of earlier versions have none. */
final class Structure {
  private Structure() {}

  static List<Map<String, Object>> write(List<Anatomy> blocks) {
    List<Map<String, Object>> list = new ArrayList<>();
    for (Anatomy block : blocks) {
      list.add(
          Json.object(
              "block", list.size(),
              "norm", block.norm(),
              "normed", block.normed(),
              "attention", block.attention(),
              "heads", block.heads().map(Heads::queries),
              "kv_heads", block.heads().map(Heads::keysAndValues).filter(count -> count > 0),
              "rotary", block.isRotary(),
              "mlp", block.mlp(),
              "parallel", block.isParallel(),
              "weights", block.weights(),
              "fused", block.isFused()));
    }
    return list;
  }

  static Map<String, Object> write(Ending ending) {
    return Json.object(
        "norm", ending.norm(),
        "head", ending.head(),
        "scaled", ending.isScaled(),
        "capped", ending.isCapped());
  }

  static List<Anatomy> blocks(Map<?, ?> object) {
    List<?> list = object.get("structure") instanceof List<?> given ? given : List.of();
    return list.stream().map(Map.class::cast).map(Structure::block).toList();
  }

  private static Anatomy block(Map<?, ?> block) {
    return new Anatomy(
        (String) block.get("norm"),
        (String) block.get("normed"),
        (String) block.get("attention"),
        heads(block),
        Boolean.TRUE.equals(block.get("rotary")),
        (String) block.get("mlp"),
        (Boolean) block.get("parallel"),
        (String) block.get("weights"),
        (Boolean) block.get("fused"));
  }

  private static Optional<Heads> heads(Map<?, ?> block) {
    int own = block.get("kv_heads") instanceof Long count ? count.intValue() : 0;
    return Optional.ofNullable((Long) block.get("heads"))
        .map(heads -> new Heads(heads.intValue(), own));
  }

  static Optional<Ending> ending(Map<?, ?> object) {
    return Optional.ofNullable((Map<?, ?>) object.get("ending"))
        .map(
            ending ->
                new Ending(
                    (String) ending.get("norm"),
                    (String) ending.get("head"),
                    (Boolean) ending.get("scaled"),
                    (Boolean) ending.get("capped")));
  }
}
