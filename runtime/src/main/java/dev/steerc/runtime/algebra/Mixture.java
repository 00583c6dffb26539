package dev.steerc.runtime.algebra;

import dev.steerc.Steerc;
import dev.steerc.plan.Site;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.learn.Seen;
import dev.steerc.runtime.steering.Edit;
import dev.steerc.runtime.steering.Vector;
import dev.steerc.runtime.steering.VectorFile;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/** The vectors of a mix added up, site by site, where each of them acts. */
public final class Mixture {
  private static final String PRODUCER = "producer";
  private static final String METHOD = "method";

  private final Path path;
  private final Map<Site, double[]> sums = new TreeMap<>(Site.ORDER);
  private double[] placeless;

  private Mixture(Path path) {
    this.path = path;
  }

  /**
   * Adds up. Steering by the result is steering by all the parts, to the last bit: both are summed
   * in double precision in the order given, and rounded once.
   *
   * @param files gives the file of a part's source
   * @param path what the result is to be called
   * @throws SteercException when a part is not added, or the vectors do not go together
   */
  public static VectorFile of(Mix mix, Function<String, VectorFile> files, Path path) {
    Mixture sum = new Mixture(path);
    Map<String, VectorFile> read = new LinkedHashMap<>();
    mix.parts().forEach(part -> read.computeIfAbsent(part.source(), files));
    Optional<String> base = base(List.copyOf(read.values()));
    for (Mix.Part part : mix.parts()) {
      sum.add(part.factor(), read.get(part.source()));
    }
    VectorFile about =
        new VectorFile(path, sum.vector(base), shared(mix, List.copyOf(read.values())));
    return about.with(about.vector());
  }

  /** The one model that the vectors are for, as far as they say. */
  private static Optional<String> base(List<VectorFile> files) {
    Optional<VectorFile> first =
        files.stream().filter(file -> file.vector().base().isPresent()).findFirst();
    for (VectorFile file : files) {
      Optional<String> base = file.vector().base();
      if (base.isPresent() && !base.equals(first.orElseThrow().vector().base())) {
        throw Problem.of(Code.VECTORS_DIFFER, "the vectors were made for different models")
            .at(file.path())
            .note("the base of `" + file.name() + "` is " + base.get())
            .note(
                "the base of `"
                    + first.get().name()
                    + "` is "
                    + first.get().vector().base().orElseThrow())
            .help("mix vectors that were learned on one model")
            .exception();
      }
    }
    return first.flatMap(file -> file.vector().base());
  }

  private void add(double factor, VectorFile file) {
    Optional<Edit> bare = file.vector().placeless();
    if (bare.isPresent() ? !sums.isEmpty() : placeless != null) {
      throw Problem.of(Code.VECTORS_DIFFER, "some of the vectors have a place, and some have none")
          .at(file.path())
          .help("give the others a place: steerc vectors convert v.npy v.safetensors --block N")
          .exception();
    }
    bare.ifPresent(edit -> placeless = sum(placeless, factor, edit, file));
    file.vector()
        .acting()
        .forEach((site, edit) -> sums.put(site, sum(sums.get(site), factor, edit, file)));
  }

  private static double[] sum(double[] before, double factor, Edit edit, VectorFile file) {
    if (!(edit instanceof Edit.Add add)) {
      throw Problem.of(
              Code.NOT_EXPRESSIBLE,
              "`" + file.name() + "` is no vector that is added: its operation is " + edit.op())
          .at(file.path())
          .help("steer with both: --steer once for each of them")
          .exception();
    }
    double[] sum = before == null ? new double[add.width()] : before;
    if (sum.length != add.width()) {
      throw Problem.of(
              Code.VECTOR_WIDTH,
              "`" + file.name() + "` has width " + add.width() + ", the others " + sum.length)
          .at(file.path())
          .help("mix vectors that were learned on one model")
          .exception();
    }
    float[] values = add.vector().values();
    for (int i = 0; i < sum.length; i++) {
      sum[i] += factor * values[i];
    }
    return sum;
  }

  private Vector vector(Optional<String> base) {
    Map<Site, Edit> edits = new LinkedHashMap<>();
    sums.forEach((site, sum) -> edits.put(site, rounded(sum)));
    Optional<Edit> bare = Optional.ofNullable(placeless).map(this::rounded);
    return new Vector(VectorFile.name(path), edits, bare, base);
  }

  private Edit rounded(double[] sum) {
    float[] values = new float[sum.length];
    for (int i = 0; i < sum.length; i++) {
      values[i] = (float) sum[i];
      if (!Float.isFinite(values[i])) {
        throw Problem.of(Code.VECTOR_NOT_FINITE, "the sum is beyond what float32 can hold")
            .at(path)
            .help("choose smaller factors")
            .exception();
      }
    }
    return new Edit.Add(new Floats(new long[] {values.length}, values));
  }

  /** What is true of the sum: what the files agree on or have seen, and where it comes from. */
  private static Map<String, String> shared(Mix mix, List<VectorFile> files) {
    Map<String, String> metadata = new LinkedHashMap<>();
    for (String key : List.of("tokenizer", "template")) {
      List<String> all = files.stream().map(file -> file.metadata().get(key)).distinct().toList();
      if (all.size() == 1 && all.get(0) != null) {
        metadata.put(key, all.get(0));
      }
    }
    files.forEach(
        file ->
            file.metadata()
                .forEach(
                    (key, value) -> {
                      if (key.startsWith("norm.")) {
                        metadata.putIfAbsent(key, value);
                      }
                    }));
    Seen.in(files.stream().map(VectorFile::metadata).toList())
        .ifPresent(seen -> seen.into(metadata));
    metadata.put(PRODUCER, "steerc " + Steerc.VERSION);
    metadata.put(METHOD, "mix: " + mix);
    return metadata;
  }
}
