package dev.steerc.runtime.steering;

import dev.steerc.plan.Site;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.format.Safetensors;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A vector as named tensors with metadata, as docs/vectors.md describes; both ways. */
final class VectorTensors {
  static final String OP = "op";
  static final String BASE = "base";
  static final String CHOSEN = "at";
  static final String LEVEL = "level";
  static final String DEGREES = "degrees";

  private static final Pattern TENSOR =
      Pattern.compile(
          "(?:blocks\\.(\\d{1,6})\\.([a-z_]+)|value\\.(.+?))(?:\\.(towards|read|bias|write))?");

  private final Path path;
  private final Safetensors file;

  private VectorTensors(Path path, Safetensors file) {
    this.path = path;
    this.file = file;
  }

  /**
   * The vector that tensors are.
   *
   * @param path where they come from; the vector has its name
   */
  static Vector read(Path path, Safetensors file) {
    return new VectorTensors(path, file).vector();
  }

  /**
   * The tensors of a vector.
   *
   * @param more metadata beside the vector's own
   */
  static Safetensors of(Vector vector, Map<String, String> more) {
    Map<String, String> metadata = new LinkedHashMap<>();
    Map<String, Floats> tensors = new LinkedHashMap<>();
    vector.placeless().ifPresent(edit -> put(edit, "", metadata, tensors));
    vector.edits().forEach((site, edit) -> put(edit, site.path(), metadata, tensors));
    vector.base().ifPresent(base -> metadata.put(BASE, base));
    if (!vector.chosen().isEmpty()) {
      metadata.put(
          CHOSEN, vector.chosen().stream().map(Site::path).collect(Collectors.joining(",")));
    }
    metadata.putAll(more);
    return new Safetensors(metadata, tensors);
  }

  private static void put(
      Edit edit, String place, Map<String, String> metadata, Map<String, Floats> tensors) {
    Map<String, String> own = new LinkedHashMap<>();
    own.put(OP, edit.op());
    edit.numbers().forEach((name, number) -> own.put(name, number.toString()));
    if (!metadata.isEmpty() && !metadata.equals(own)) {
      throw new IllegalArgumentException("edits of several kinds: " + metadata + ", " + own);
    }
    metadata.putAll(own);
    edit.tensors().forEach((role, values) -> tensors.put(tensor(place, role), values));
  }

  private static String tensor(String place, String role) {
    if (place.isEmpty()) {
      return role;
    }
    return role.equals("vector") ? place : place + "." + role;
  }

  private Vector vector() {
    Map<Site, Map<String, Floats>> bySite = new LinkedHashMap<>();
    Map<String, Floats> placeless = new LinkedHashMap<>();
    file.tensors()
        .forEach(
            (name, tensor) -> {
              Matcher matcher = TENSOR.matcher(name);
              if (matcher.matches()) {
                String role = Optional.ofNullable(matcher.group(4)).orElse("vector");
                bySite.computeIfAbsent(site(matcher), s -> new LinkedHashMap<>()).put(role, tensor);
              } else {
                placeless.put(name, tensor);
              }
            });
    Optional<String> base = Optional.ofNullable(file.metadata().get(BASE));
    String name = VectorFile.name(path);
    if (bySite.isEmpty() && !placeless.isEmpty()) {
      return new Vector(name, Map.of(), Optional.of(edit(roles(placeless))), base);
    }
    if (bySite.isEmpty() || !placeless.isEmpty()) {
      throw unknown("there is " + placeless.keySet());
    }
    Map<Site, Edit> edits = new LinkedHashMap<>();
    bySite.forEach((site, tensors) -> edits.put(site, edit(tensors)));
    return new Vector(name, edits, Optional.empty(), base, chosen(edits.keySet()));
  }

  /** The sites that the metadata chooses; none when it does not. */
  private Set<Site> chosen(Set<Site> all) {
    String text = file.metadata().getOrDefault(CHOSEN, "");
    Set<Site> chosen = new LinkedHashSet<>();
    for (String name : text.isBlank() ? new String[0] : text.split(",")) {
      Site site =
          all.stream()
              .filter(one -> one.path().equals(name.strip()))
              .findFirst()
              .orElseThrow(() -> unknown("no tensor of `" + name.strip() + "`, which `at` names"));
      chosen.add(site);
    }
    return chosen;
  }

  /** The tensors of a file without sites: named by role, or one of any name. */
  private static Map<String, Floats> roles(Map<String, Floats> tensors) {
    return tensors.size() == 1 ? Map.of("vector", tensors.values().iterator().next()) : tensors;
  }

  private Site site(Matcher name) {
    if (name.group(3) != null) {
      return new Site.Named(name.group(3));
    }
    Site.Kind kind =
        Site.Kind.of(name.group(2)).orElseThrow(() -> unknown("there is " + name.group()));
    return new Site.InBlock(Integer.parseInt(name.group(1)), kind);
  }

  private Edit edit(Map<String, Floats> tensors) {
    String op = file.metadata().getOrDefault(OP, "add");
    return Edits.of(op, tensors, number(op.equals("clamp") ? LEVEL : DEGREES), path.toString());
  }

  private OptionalDouble number(String key) {
    String text = file.metadata().get(key);
    if (text == null) {
      return OptionalDouble.empty();
    }
    try {
      return OptionalDouble.of(Double.parseDouble(text));
    } catch (NumberFormatException e) {
      throw Problem.of(Code.VECTOR_SHAPE, "the metadata `" + key + "` is no number: " + text)
          .at(path)
          .exception();
    }
  }

  private RuntimeException unknown(String names) {
    return Problem.of(Code.VECTOR_SHAPE, "the tensors' names do not say where they belong")
        .at(path)
        .note(names)
        .help(
            "name them blocks.N.resid_post and so on, or save one vector only; `steerc vectors"
                + " convert` reads names with a layer's number")
        .exception();
  }
}
