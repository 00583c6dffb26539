package dev.steerc.runtime.exchange;

import dev.steerc.plan.Site;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.format.Safetensors;
import dev.steerc.runtime.format.TensorFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Tensors for the steering inputs of a model, as an {@code .onnx_adapter} has them. */
final class Parameters {
  private static final Pattern NAME =
      Pattern.compile(
          "steer\\.(?:blocks\\.(?<block>\\d{1,6})\\.(?<kind>[a-z_]+)|value\\.(?<value>.+))"
              + "\\.(?<port>add|read|bias|gain|write)");
  private static final Set<String> ADDITION = Set.of("add");
  private static final Set<String> PROJECTION = Set.of("read", "bias", "gain", "write");

  private final String where;
  private final List<Move> moves = new ArrayList<>();

  private Parameters(String where) {
    this.where = where;
  }

  /** The vector file that an adapter is. */
  static Imported read(Map<String, Floats> parameters, String where) {
    return new Parameters(where).imported(parameters);
  }

  private Imported imported(Map<String, Floats> parameters) {
    Map<Site, Map<String, Floats>> bySite = new LinkedHashMap<>();
    parameters.forEach(
        (name, tensor) -> {
          Matcher matcher = NAME.matcher(name);
          Site site = site(name, matcher);
          moves.add(new Move(name, site));
          bySite
              .computeIfAbsent(site, s -> new LinkedHashMap<>())
              .put(matcher.group("port"), row(name, tensor));
        });
    boolean adds = bySite.values().stream().allMatch(ports -> ports.keySet().equals(ADDITION));
    if (bySite.isEmpty()) {
      throw wrong("it has no parameters");
    }
    Map<String, Floats> tensors = new LinkedHashMap<>();
    bySite.forEach((site, ports) -> put(site, ports, adds, tensors));
    Map<String, String> metadata = Map.of("op", adds ? "add" : "low-rank");
    return new Imported(
        TensorFile.Kind.ADAPTER,
        new Safetensors(metadata, tensors),
        Optional.empty(),
        moves,
        "its parameters are named by site");
  }

  private Site site(String name, Matcher matcher) {
    if (!matcher.matches()) {
      throw wrong("`" + name + "` is no steering input");
    }
    if (matcher.group("value") != null) {
      return new Site.Named(matcher.group("value"));
    }
    Site.Kind kind =
        Site.Kind.of(matcher.group("kind"))
            .orElseThrow(() -> wrong("`" + name + "` is no steering input"));
    return new Site.InBlock(Integer.parseInt(matcher.group("block")), kind);
  }

  /** The tensor without its first dim, which counts the rows of a batch. */
  private Floats row(String name, Floats tensor) {
    long[] dims = tensor.dims();
    if (dims.length != 3 || dims[0] != 1) {
      throw wrong("`" + name + "` has dims " + Arrays.toString(dims) + ", not those of one row");
    }
    return new Floats(Arrays.copyOfRange(dims, 1, 3), tensor.values());
  }

  private void put(Site site, Map<String, Floats> ports, boolean adds, Map<String, Floats> into) {
    if (adds) {
      into.put(site.path(), oneToken(site, "add", ports.get("add")));
      return;
    }
    if (!ports.keySet().equals(PROJECTION)) {
      throw wrong(site.text() + " has " + ports.keySet() + ", and one vector has one operation");
    }
    into.put(site.path() + ".read", ports.get("read"));
    into.put(site.path() + ".bias", oneToken(site, "bias", ports.get("bias")));
    Floats gain = oneToken(site, "gain", ports.get("gain"));
    into.put(site.path() + ".write", scaled(site, ports.get("write"), gain));
  }

  private Floats oneToken(Site site, String port, Floats tensor) {
    if (tensor.dims()[0] != 1) {
      throw wrong("the " + port + " of " + site.text() + " differs from token to token");
    }
    return new Floats(new long[] {tensor.width()}, tensor.values());
  }

  /** The gain is a factor on each direction, and so becomes part of what is written. */
  private Floats scaled(Site site, Floats write, Floats gain) {
    if (write.dims()[0] != gain.width()) {
      throw wrong("the gain and the write of " + site.text() + " have different ranks");
    }
    float[] values = write.values().clone();
    for (int i = 0; i < values.length; i++) {
      values[i] *= gain.values()[i / write.width()];
    }
    return new Floats(write.dims(), values);
  }

  private SteercException wrong(String note) {
    return Problem.of(Code.VECTOR_SHAPE, "the adapter is no vector")
        .at(where)
        .note(note)
        .help("pass one that holds a vector for each site, the same for every token")
        .exception();
  }
}
