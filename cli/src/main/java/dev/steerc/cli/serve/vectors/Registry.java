package dev.steerc.cli.serve.vectors;

import dev.steerc.cli.serve.http.Limits;
import dev.steerc.cli.serve.ops.Log;
import dev.steerc.cli.serve.ops.Meters;
import dev.steerc.onnx.Output;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.format.FileBytes;
import dev.steerc.runtime.steering.Steering;
import dev.steerc.runtime.steering.VectorFile;
import dev.steerc.runtime.steering.VectorFormat;
import dev.steerc.runtime.steering.VectorFormat.GgufOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The vectors that requests may name: those of a folder, which the API changes and which is looked
 * at once a second, as others may change it too. Whoever has taken a {@link Snapshot} keeps it.
 */
public final class Registry implements AutoCloseable {
  private static final long SOON = Duration.ofMillis(100).toNanos();

  private final SteeredModel model;
  private final Path folder;
  private final Limits limits;
  private final Meters meters;
  private final Log log;
  private final Lease.Uses uses = new Lease.Uses();
  private final Watch watch;
  private volatile Snapshot now;
  private long missed = System.nanoTime() - SOON;
  private Set<Problem> known = Set.of();

  /**
   * Opens a folder, which need not be there, and removes what a killed process has left in it.
   *
   * @throws SteercException when the folder is there and cannot be read, or is none
   */
  public Registry(SteeredModel model, Path folder, Limits limits, Meters meters, Log log) {
    this.model = model;
    this.folder = folder;
    this.limits = limits;
    this.meters = meters;
    this.log = log;
    checkFolder();
    Upload.removeLeftovers(folder);
    now = Snapshot.of(folder, model);
    tell(now.problems());
    this.watch = new Watch(this::look, this::failed);
  }

  private void checkFolder() {
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw Problem.of(Code.FILE_NOT_FOUND, "`" + folder + "` is no folder")
          .help("pass the folder of the vectors, or none for the one beside the model")
          .exception();
    }
  }

  /** What is done to a vector: the new state of it, and whether there was one before. */
  record Change(Listed vector, boolean replaced) {}

  Path folder() {
    return folder;
  }

  /** The vectors as they are now. */
  Snapshot now() {
    return now;
  }

  /**
   * The vectors as they are on disk, for who misses one; not more often than ten times a second.
   */
  synchronized Snapshot lookAgain() {
    if (System.nanoTime() - missed > SOON) {
      look();
      missed = System.nanoTime();
    }
    return now;
  }

  /** The names of all vectors that can be steered with, in order. */
  public Set<String> names() {
    Set<String> names = new TreeSet<>();
    now.listed().values().stream().filter(Listed::fits).map(Listed::name).forEach(names::add);
    return names;
  }

  /** Notes that somebody uses the vectors of a steering, until the lease is closed. */
  public Lease hold(Steering steering) {
    return uses.hold(steering);
  }

  Map<String, Object> toMap(Listed vector) {
    return vector.toMap(now.defaults().of(vector.name()), uses.of(vector.name()));
  }

  /**
   * Stores a vector under its name, whole or not at all, and has it used from the next request on.
   *
   * @throws SteercException when the condition does not hold, the name is that of another kind of
   *     file, there are too many vectors, or the disk does not take it
   */
  synchronized Change put(VectorFile file, Precondition condition) {
    look();
    Path target = target(file.name());
    Listed before = now.listed().get(file.name());
    condition.check(before);
    checkTaken(file.name(), target);
    if (before == null && now.listed().size() >= limits.vectors()) {
      throw Problem.of(Code.TOO_LARGE, "there are " + limits.vectors() + " vectors already")
          .help("DELETE one, or have the operator raise the limit")
          .exception();
    }
    VectorFormat.SAFETENSORS.write(file, GgufOptions.DEFAULT, target, List.of());
    meters.vector(Meters.Change.PUT);
    see(now.next(model));
    VectorFile written = new VectorFile(target, file.vector(), file.metadata());
    return new Change(Listed.of(written, model), before != null);
  }

  private Path target(String name) {
    return folder.resolve(Names.checked(name) + ".safetensors");
  }

  private void checkTaken(String name, Path target) {
    for (Path other : now.store().files(name)) {
      if (!other.equals(target)) {
        throw Problem.of(Code.VECTOR_TAKEN, "`" + name + "` is there as another kind of file")
            .note("it is " + other.getFileName())
            .help("DELETE it first, or choose another name")
            .exception();
      }
    }
  }

  /**
   * Removes a vector and all files of its name; it is no default any longer.
   *
   * @throws SteercException when there is none, or the condition does not hold
   */
  synchronized void delete(String name, Precondition condition) {
    Names.checked(name);
    look();
    Listed before = now.listed().get(name);
    if (before == null) {
      now.file(name); // says so
    }
    condition.check(before);
    if (now.defaults().of(name) != 0) {
      now.defaults().without(name).write(folder);
    }
    now.store().files(name).forEach(Registry::delete);
    FileBytes.keep(folder);
    meters.vector(Meters.Change.DELETED);
    see(now.next(model));
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw Output.failure(file, e);
    }
  }

  /**
   * Sets what requests get that say nothing of steering.
   *
   * @throws SteercException when that cannot be steered with
   */
  synchronized void steerByDefault(Map<String, Double> strengths) {
    look();
    Defaults defaults = Defaults.of(strengths);
    defaults.strengths().keySet().forEach(now::file); // says of each what is wrong with it
    model.bind(defaults.steering(now));
    Upload.makeFolder(folder);
    defaults.write(folder);
    look();
  }

  /** Looks at the folder; where it cannot be read, all stays as it was. */
  private synchronized void look() {
    try {
      Snapshot next = now.next(model);
      for (String name : next.listed().keySet()) {
        Listed before = now.listed().get(name);
        if (before == null || !before.revision().equals(next.listed().get(name).revision())) {
          meters.vector(Meters.Change.RELOADED);
        }
      }
      see(next);
    } catch (SteercException e) {
      tell(e.problems());
    }
  }

  private void see(Snapshot next) {
    now = next;
    tell(next.problems());
  }

  /** Tells of each problem once, not at each look. */
  private void tell(List<Problem> problems) {
    for (Problem one : problems) {
      if (!known.contains(one)) {
        meters.failure(one.code());
        log.problem(one);
      }
    }
    known = Set.copyOf(problems);
  }

  private void failed(RuntimeException mistake) {
    meters.failure(Code.INTERNAL);
    log.mistake(mistake);
  }

  @Override
  public void close() {
    watch.close();
  }
}
