package dev.steerc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.onnx.GraphText;
import dev.steerc.onnx.ModelFile;
import dev.steerc.plan.AddVector;
import dev.steerc.plan.InputMode;
import dev.steerc.plan.Project;
import dev.steerc.plan.Request;
import dev.steerc.plan.Site;
import dev.steerc.plan.Tap;
import dev.steerc.problem.SteercException;
import dev.steerc.residual.Residual;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs the compiler over damaged models and takes note of everything but a refusal. */
final class Damage {
  private static final int SECONDS = 10;

  private static final Site SITE = new Site.InBlock(0, Site.Kind.RESID_POST);
  private static final Request REQUEST =
      Request.of(
          List.of(
              new AddVector(SITE),
              new Project(SITE, OptionalInt.empty()),
              new Tap(SITE),
              new AddVector(new Site.InBlock(0, Site.Kind.ATTN_OUT))),
          InputMode.OPTIONAL);

  private final Path folder;
  private final Map<String, String> crashes = new TreeMap<>();
  private ExecutorService worker = worker();

  Damage(Path folder) {
    this.folder = folder;
  }

  /** Opens, searches and patches a model; what may come out is a file or a refusal. */
  void check(byte[] model, String what) {
    Path path = GraphText.write(folder, model);
    Future<?> run =
        worker.submit(
            () -> {
              compile(path);
              return null;
            });
    try {
      run.get(SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      crashes.putIfAbsent("still running after " + SECONDS + " s", what);
      worker.shutdownNow();
      worker = worker();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    } catch (java.util.concurrent.ExecutionException e) {
      crashes.putIfAbsent(place(e.getCause()), what);
    }
  }

  /** Fails when anything but refusals came out, and names one case of each kind. */
  void report() {
    worker.shutdownNow();
    assertThat(crashes).as("crashes by place, and one case of each").isEmpty();
  }

  private void compile(Path path) throws IOException {
    Path output = folder.resolve("out.onnx");
    Files.deleteIfExists(output);
    try {
      Residual.find(ModelFile.open(path));
      Steerc.patch(path, REQUEST, output);
    } catch (SteercException e) {
      assertThat(e.problems()).isNotEmpty();
    }
  }

  private static String place(Throwable crash) {
    StringBuilder place = new StringBuilder(crash.toString().lines().findFirst().orElse(""));
    for (StackTraceElement frame : crash.getStackTrace()) {
      if (frame.getClassName().startsWith("dev.steerc")) {
        place.append(" < ").append(frame.getFileName()).append(':').append(frame.getLineNumber());
      }
      if (place.length() > 300) {
        break;
      }
    }
    return place.toString();
  }

  /** A daemon, so that one that hangs does not keep the tests from ending. */
  private static ExecutorService worker() {
    return Executors.newSingleThreadExecutor(
        task -> {
          Thread thread = new Thread(task, "damage");
          thread.setDaemon(true);
          return thread;
        });
  }
}
