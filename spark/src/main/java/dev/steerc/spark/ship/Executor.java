package dev.steerc.spark.ship;

import dev.steerc.onnx.Output;
import dev.steerc.onnx.Scratch;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.steering.VectorStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkEnv;
import org.apache.spark.SparkFiles;
import org.apache.spark.TaskContext;
import org.apache.spark.util.TaskCompletionListener;

/**
 * What the tasks of this process share: one open model, however many of them run. It stays open
 * between tasks, until another one is asked for and nobody uses it.
 */
public final class Executor {
  private static final Map<String, Place> PLACES = new HashMap<>();

  private Executor() {}

  /** Something that a task uses, and gives back at its end. */
  public interface Lease extends AutoCloseable {
    SteeredModel model();

    VectorStore vectors();

    @Override
    void close();
  }

  /**
   * The model of a task, which is given back when the task ends, however it does.
   *
   * @throws dev.steerc.problem.SteercException when it cannot be opened here, or is another one
   *     than the driver's
   */
  public static Lease forTask(Cargo cargo) {
    Lease lease = lease(cargo);
    TaskCompletionListener end = context -> lease.close();
    TaskContext.get().addTaskCompletionListener(end);
    return lease;
  }

  /** The same until it is closed. */
  public static Lease lease(Cargo cargo) {
    synchronized (PLACES) {
      // an application's files go with it, though the process may see another one
      String id = cargo.id() + SparkFiles.getRootDirectory();
      if (!PLACES.containsKey(id)) {
        closeIdle();
        PLACES.put(id, Place.open(cargo));
      }
      Place place = PLACES.get(id);
      place.users++;
      return new Used(place);
    }
  }

  private static void closeIdle() {
    for (Map.Entry<String, Place> place : List.copyOf(PLACES.entrySet())) {
      if (place.getValue().users == 0) {
        PLACES.remove(place.getKey()).close();
      }
    }
  }

  /** How many threads an operator may take: a task has so many cores. */
  public static int threads() {
    SparkEnv env = SparkEnv.get();
    return env == null ? 1 : env.conf().getInt("spark.task.cpus", 1);
  }

  /** A folder for what is fetched, which Spark removes with the application. */
  public static Path scratch(String name) {
    try {
      Path root = Path.of(SparkFiles.getRootDirectory());
      return Files.createTempDirectory(root, name);
    } catch (IOException e) {
      throw Output.failure(Path.of(name), e);
    }
  }

  /** An open model and its vectors. */
  private static final class Place {
    private final Path scratch;
    private final Opening.Open open;
    private final VectorStore vectors;
    private int users;

    private Place(Path scratch, Opening.Open open, VectorStore vectors) {
      this.scratch = scratch;
      this.open = open;
      this.vectors = vectors;
    }

    static Place open(Cargo cargo) {
      Path scratch = scratch("steerc");
      Opening.Open open = null;
      try {
        Path model = cargo.shipment().arrive(scratch.resolve("model"));
        VectorStore vectors = cargo.vectors().arrive(scratch.resolve("vectors"));
        open = cargo.opening().open(model, threads());
        return new Place(scratch, open, vectors);
      } finally {
        if (open == null) {
          Scratch.discard(scratch);
        }
      }
    }

    void close() {
      open.close();
      Scratch.discard(scratch);
    }
  }

  private static final class Used implements Lease {
    private final Place place;
    private boolean closed;

    private Used(Place place) {
      this.place = place;
    }

    @Override
    public SteeredModel model() {
      return place.open.model();
    }

    @Override
    public VectorStore vectors() {
      return place.vectors;
    }

    @Override
    public void close() {
      synchronized (PLACES) {
        place.users -= closed ? 0 : 1;
        closed = true;
      }
    }
  }
}
