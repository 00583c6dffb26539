package dev.steerc.cli.serve.vectors;

import dev.steerc.cli.serve.http.Body;
import dev.steerc.plan.Site;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.steering.Edit;
import dev.steerc.runtime.steering.Places;
import dev.steerc.runtime.steering.Vector;
import dev.steerc.runtime.steering.VectorFile;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Vectors that are written as JSON, in requests and as uploads. */
final class JsonVector {
  private static final Set<String> FIELDS =
      Set.of("values", "site", "sites", "op", "level", "base", "metadata");

  private JsonVector() {}

  /** An upload. */
  static VectorFile file(byte[] json, Path path) {
    Body body = Body.of(json);
    body.checkKnown(FIELDS);
    Vector vector = Fields.use(vector(body, VectorFile.name(path)), body);
    Optional<String> base = body.text("base");
    Vector based =
        new Vector(vector.name(), vector.edits(), vector.placeless(), base, vector.chosen());
    return new VectorFile(path, based, metadata(body)).with(based);
  }

  private static Map<String, String> metadata(Body body) {
    Map<String, String> metadata = new LinkedHashMap<>();
    Optional<Body> given = body.object("metadata");
    given.ifPresent(
        all ->
            all.fields().keySet().stream()
                .map(Object::toString)
                .forEach(key -> all.text(key).ifPresent(text -> metadata.put(key, text))));
    return metadata;
  }

  /** The vector of an object with {@code values} and perhaps a {@code site}, or {@code sites}. */
  static Vector vector(Body body, String name) {
    Optional<Body> sites = body.object("sites");
    if (sites.isPresent() == body.has("values")) {
      throw body.wrong("values", "give `values`, or `sites` with the values of each");
    }
    if (sites.isEmpty()) {
      Edit edit = added(body, "values");
      return site(body, "site")
          .map(site -> Vector.at(site, name, edit))
          .orElseGet(() -> Vector.of(name, edit));
    }
    Map<Site, Edit> edits = new LinkedHashMap<>();
    for (Object key : sites.get().fields().keySet()) {
      String text = key.toString();
      edits.put(site(sites.get(), text, text), added(sites.get(), text));
    }
    if (edits.isEmpty() || body.has("site")) {
      throw body.wrong("sites", "`sites` has one site at least, and goes without `site`");
    }
    return new Vector(name, edits, Optional.empty(), Optional.empty());
  }

  private static Optional<Site> site(Body body, String field) {
    return body.text(field).map(text -> site(body, field, text));
  }

  private static Site site(Body body, String field, String text) {
    return Fields.places(text)
        .flatMap(Places::site)
        .orElseThrow(() -> body.wrong(field, "that is no site, such as 6 or 6.resid_mid"));
  }

  private static Edit added(Body body, String field) {
    List<?> list = body.list(field).orElseThrow(() -> body.wrong(field, "the values are missing"));
    float[] values = new float[list.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = list.get(i) instanceof Number number ? number.floatValue() : Float.NaN;
      if (!Float.isFinite(values[i])) {
        throw body.wrong(field + "[" + i + "]", "element " + i + " is no finite float32");
      }
    }
    if (values.length == 0) {
      throw body.wrong(field, "there are no values");
    }
    return new Edit.Add(new Floats(new long[] {values.length}, values));
  }
}
