package dev.steerc.manifest;

import dev.steerc.onnx.ModelFile;
import dev.steerc.onnx.Undo;
import dev.steerc.plan.InputMode;
import dev.steerc.plan.Intervention;
import dev.steerc.plan.Plan;
import dev.steerc.plan.Port;
import dev.steerc.plan.Site;
import dev.steerc.plan.Tap;
import dev.steerc.plan.Target;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What a patched model promises.
 *
 * @param steerc the version that patched it
 * @param fingerprint the base model's
 * @param model the decoder, as it was before it was patched
 * @param mode whether its ports have defaults
 * @param interventions what can be done where, in the order of their effect
 * @param ports the steering inputs by intervention, as {@link Intervention#text()} names it; for
 *     each port its role and the input's name
 * @param lastLogits whether it scores the last position of each row only
 * @param undo what gives the original file back; of a thin model only how large that is
 * @param thin the file that a thin model keeps its weights in: the original
 */
public record Manifest(
    String steerc,
    String fingerprint,
    Description model,
    InputMode mode,
    List<Intervention> interventions,
    Map<String, Map<String, String>> ports,
    boolean lastLogits,
    Undo undo,
    Optional<Thin> thin) {

  /**
   * The original that a thin model refers to.
   *
   * @param location its path, relative to the thin model's folder
   * @param size its bytes
   * @param sha256 what they hash to, in hexadecimal
   */
  public record Thin(String location, long size, String sha256) {}

  /** Where the manifest stands in the model's metadata. */
  public static final String KEY = "steerc.manifest";

  private static final long FORMAT = 1;

  public Manifest {
    interventions = List.copyOf(interventions);
  }

  /** The manifest of a plan that is carried out. */
  public static Manifest of(Plan plan, String version, String fingerprint, Undo undo) {
    Map<String, Map<String, String>> ports = new LinkedHashMap<>();
    for (Plan.Step step : plan.steps()) {
      Map<String, String> names = new LinkedHashMap<>();
      for (Port port : step.ports()) {
        names.put(port.role(), port.name());
      }
      ports.put(step.intervention().text(), names);
    }
    return new Manifest(
        version,
        fingerprint,
        plan.residual().map(Description::of).orElse(Description.UNKNOWN),
        plan.mode(),
        plan.steps().stream().map(Plan.Step::intervention).toList(),
        ports,
        plan.lastLogits(),
        undo,
        Optional.empty());
  }

  /** The manifest of a plan that is carried out in a model that refers to its original. */
  public static Manifest of(Plan plan, String version, String fingerprint, Thin thin) {
    Manifest whole = of(plan, version, fingerprint, new Undo(thin.size(), 0, List.of()));
    return new Manifest(
        version,
        fingerprint,
        whole.model,
        whole.mode,
        whole.interventions,
        whole.ports,
        whole.lastLogits,
        whole.undo,
        Optional.of(thin));
  }

  /** The manifest that a model carries, if steerc patched it. */
  public static Optional<Manifest> of(ModelFile file) {
    String json = file.metadata().get(KEY);
    if (json == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(parse(json));
    } catch (RuntimeException e) {
      throw new SteercException(
          Problem.of(Code.BAD_MANIFEST, "the model's manifest cannot be understood")
              .at(file.where() + ", metadata `" + KEY + "`")
              .note(
                  e instanceof IllegalArgumentException
                      ? e.getMessage()
                      : "a field is missing or of another type")
              .help("patch the original again with this version of steerc"),
          e);
    }
  }

  /** Reads a manifest as {@link #toJson()} writes it. */
  public static Manifest parse(String json) {
    Map<?, ?> root = (Map<?, ?>) Json.parse(json);
    if (!Long.valueOf(FORMAT).equals(root.get("format"))) {
      throw new IllegalArgumentException("format " + root.get("format") + " is unknown");
    }
    List<Intervention> interventions = new ArrayList<>();
    for (Object text : (List<?>) root.get("plan")) {
      interventions.add(Target.parse((String) text, OptionalInt.empty()));
    }
    Map<String, Map<String, String>> ports = new LinkedHashMap<>();
    interventions.forEach(i -> ports.put(i.text(), Map.of()));
    for (Object entry : (List<?>) root.get("steering")) {
      Map<?, ?> steering = (Map<?, ?>) entry;
      Map<String, String> names = new LinkedHashMap<>();
      ((Map<?, ?>) steering.get("inputs")).forEach((k, v) -> names.put((String) k, (String) v));
      ports.put((String) steering.get("at"), names);
    }
    Map<?, ?> base = (Map<?, ?>) root.get("base");
    long size = (Long) base.get("size");
    Optional<Thin> thin = Optional.ofNullable((Map<?, ?>) root.get("thin")).map(Manifest::thin);
    return new Manifest(
        (String) root.get("steerc"),
        (String) base.get("fingerprint"),
        Description.of(root),
        InputMode.valueOf(((String) root.get("inputs")).toUpperCase(java.util.Locale.ROOT)),
        interventions,
        ports,
        Boolean.TRUE.equals(root.get("last_logits")),
        thin.isPresent() ? new Undo(size, 0, List.of()) : undo(size, (Map<?, ?>) root.get("undo")),
        thin);
  }

  public String toJson() {
    return Json.write(toMap());
  }

  /** The manifest as a JSON object. */
  public Map<String, Object> toMap() {
    Map<String, Object> all =
        Json.object(
            "format",
            FORMAT,
            "steerc",
            steerc,
            "base",
            Json.object("fingerprint", fingerprint, "size", undo.originalSize()));
    all.putAll(model.toMap());
    all.put("inputs", mode.label());
    all.put("plan", interventions.stream().map(Intervention::text).toList());
    all.put("steering", steering());
    all.put("taps", taps());
    if (lastLogits) {
      all.put("last_logits", true);
    }
    thin.ifPresentOrElse(
        t ->
            all.put(
                "thin",
                Json.object("location", t.location(), "size", t.size(), "sha256", t.sha256())),
        () -> all.put("undo", undone()));
    return all;
  }

  private Map<String, Object> undone() {
    List<List<Object>> pieces = undo.edits().stream().map(Manifest::piece).toList();
    return Json.object("size", undo.size(), "edits", pieces);
  }

  /** The steering inputs, one entry an intervention, as {@code inspect --json} gives them. */
  public List<Map<String, Object>> steering() {
    List<Map<String, Object>> entries = new ArrayList<>();
    for (Intervention intervention : interventions) {
      if (intervention.edits()) {
        Map<String, Object> entry = where(intervention);
        entry.put("op", intervention.op());
        entry.put("inputs", ports.get(intervention.text()));
        entries.add(entry);
      }
    }
    return entries;
  }

  /** The names of all steering inputs. */
  public Set<String> portNames() {
    Set<String> names = new LinkedHashSet<>();
    ports.values().forEach(roles -> names.addAll(roles.values()));
    return names;
  }

  /** The tapped outputs, one entry a tap, as {@code inspect --json} gives them. */
  public List<Map<String, Object>> taps() {
    List<Map<String, Object>> entries = new ArrayList<>();
    for (Intervention intervention : interventions) {
      if (intervention instanceof Tap tap) {
        Map<String, Object> entry = where(intervention);
        entry.put("output", tap.output());
        entries.add(entry);
      }
    }
    return entries;
  }

  private static Map<String, Object> where(Intervention intervention) {
    return intervention.site() instanceof Site.InBlock site
        ? Json.object("at", intervention.text(), "block", site.block(), "site", site.kind().label())
        : Json.object(
            "at", intervention.text(), "value", ((Site.Named) intervention.site()).value());
  }

  private static List<Object> piece(Undo.Piece piece) {
    String original = Base64.getEncoder().encodeToString(piece.original());
    return List.of(piece.at(), piece.length(), original);
  }

  private static Thin thin(Map<?, ?> thin) {
    return new Thin(
        Objects.requireNonNull((String) thin.get("location")),
        (Long) thin.get("size"),
        Objects.requireNonNull((String) thin.get("sha256")));
  }

  private static Undo undo(long originalSize, Map<?, ?> undo) {
    List<Undo.Piece> pieces = new ArrayList<>();
    for (Object entry : (List<?>) undo.get("edits")) {
      List<?> piece = (List<?>) entry;
      byte[] original = Base64.getDecoder().decode((String) piece.get(2));
      pieces.add(
          new Undo.Piece((Long) piece.get(0), Math.toIntExact((Long) piece.get(1)), original));
    }
    return new Undo(originalSize, (Long) undo.get("size"), pieces);
  }
}
