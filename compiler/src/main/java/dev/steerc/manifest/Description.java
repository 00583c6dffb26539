package dev.steerc.manifest;

import dev.steerc.plan.Site;
import dev.steerc.residual.Anatomy;
import dev.steerc.residual.Block;
import dev.steerc.residual.Cache;
import dev.steerc.residual.Ending;
import dev.steerc.residual.Residual;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A decoder as its users see it, steering aside.
 *
 * @param blocks the number of blocks; 0 when no residual stream is proven
 * @param hidden the width of the stream
 * @param dtype the precision of the stream, such as {@code float32}
 * @param vocabulary the number of tokens, when it could be told
 * @param context the most tokens of a sequence, when a table of learned positions tells
 * @param ids the input that takes token ids, empty when it could not be told
 * @param cache the key-value cache
 * @param branches how many graphs compute the stream: two when an {@code If} chooses
 * @param operator the operator that generates with the decoder by itself; mostly none does
 * @param sites the sites that the graph has, with the tensors that hold them
 * @param anatomy what each block is made of; empty when a manifest does not tell
 * @param ending how the stream becomes outputs; empty when a manifest does not tell
 */
public record Description(
    int blocks,
    int hidden,
    String dtype,
    Optional<Long> vocabulary,
    Optional<Long> context,
    String ids,
    Cache cache,
    int branches,
    Optional<String> operator,
    Map<Site.InBlock, String> sites,
    List<Anatomy> anatomy,
    Optional<Ending> ending) {

  /** A model of which no residual stream is proven. */
  public static final Description UNKNOWN =
      new Description(
          0,
          0,
          "",
          Optional.empty(),
          Optional.empty(),
          "",
          new Cache(List.of(), List.of()),
          0,
          Optional.empty(),
          Map.of(),
          List.of(),
          Optional.empty());

  public static Description of(Residual residual) {
    Map<Site.InBlock, String> sites = new LinkedHashMap<>();
    for (Block block : residual.streams().get(0).blocks()) {
      for (Site.Kind kind : Site.Kind.values()) {
        kind.in(block)
            .ifPresent(place -> sites.put(new Site.InBlock(block.index(), kind), place.value()));
      }
    }
    return new Description(
        residual.blocks(),
        residual.hidden(),
        residual.type().label(),
        residual.vocabulary().stream().boxed().findFirst(),
        residual.context().stream().boxed().findFirst(),
        residual.ids(),
        residual.cache(),
        residual.streams().size(),
        residual.operator(),
        sites,
        residual.streams().get(0).blocks().stream().map(Block::anatomy).toList(),
        Optional.of(residual.streams().get(0).ending()));
  }

  /** The description as a JSON object, as {@code inspect --json} and the manifest have it. */
  public Map<String, Object> toMap() {
    List<Map<String, Object>> list = new ArrayList<>();
    sites.forEach(
        (site, value) ->
            list.add(
                Json.object("block", site.block(), "site", site.kind().label(), "value", value)));
    Map<String, Object> all =
        Json.object(
            "blocks", blocks,
            "hidden", hidden,
            "dtype", dtype,
            "vocab", vocabulary,
            "context", context,
            "kv_cache", cache.isPresent(),
            "ids", ids,
            "cache", Json.object("inputs", cache.inputs(), "outputs", cache.outputs()),
            "branches", branches,
            "structure", Structure.write(anatomy),
            "ending", ending.map(Structure::write),
            "sites", list);
    operator.ifPresent(op -> all.put("operator", op));
    return all;
  }

  static Description of(Map<?, ?> object) {
    Map<Site.InBlock, String> sites = new LinkedHashMap<>();
    for (Object entry : (List<?>) object.get("sites")) {
      Map<?, ?> site = (Map<?, ?>) entry;
      Site.Kind kind = Site.Kind.of((String) site.get("site")).orElseThrow();
      sites.put(new Site.InBlock(number(site, "block"), kind), (String) site.get("value"));
    }
    Map<?, ?> cache = (Map<?, ?>) object.get("cache");
    return new Description(
        number(object, "blocks"),
        number(object, "hidden"),
        (String) object.get("dtype"),
        Optional.ofNullable((Long) object.get("vocab")),
        Optional.ofNullable((Long) object.get("context")),
        (String) object.get("ids"),
        new Cache(names(cache, "inputs"), names(cache, "outputs")),
        number(object, "branches"),
        Optional.ofNullable((String) object.get("operator")),
        sites,
        Structure.blocks(object),
        Structure.ending(object));
  }

  private static List<String> names(Map<?, ?> object, String key) {
    return ((List<?>) object.get(key)).stream().map(String.class::cast).toList();
  }

  static int number(Map<?, ?> object, String key) {
    return Math.toIntExact((Long) object.get(key));
  }
}
