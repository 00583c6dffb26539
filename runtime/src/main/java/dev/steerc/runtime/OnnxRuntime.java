package dev.steerc.runtime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import dev.steerc.runtime.prepared.Machine;
import java.nio.file.Path;

/** The library itself, loaded when it is first asked for. */
public final class OnnxRuntime {
  private OnnxRuntime() {}

  static OrtEnvironment environment() {
    Telemetry.off();
    return OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
  }

  static SessionOptions options(OptLevel level, ModelOptions how) throws OrtException {
    environment();
    SessionOptions options = new SessionOptions();
    options.setOptimizationLevel(level);
    options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
    // plans of memory are kept for each shape, and no two steps have the same
    options.setMemoryPatternOptimization(false);
    options.setIntraOpNumThreads(how.threads());
    return options;
  }

  /** What this machine is to it. */
  public static Machine machine() {
    return Machine.here(environment().getVersion());
  }

  /**
   * Has it optimise a model and write down what became of it.
   *
   * @param graph where to write it
   * @param data the name of the file for its weights, beside the graph; not written when they are
   *     so small that the graph holds them
   */
  public static void optimise(Path model, Path graph, String data) {
    try (SessionOptions options = options(OptLevel.ALL_OPT, ModelOptions.DEFAULT)) {
      options.setOptimizedModelFilePath(graph.toString());
      options.addConfigEntry("session.optimized_model_external_initializers_file_name", data);
      options.addConfigEntry("session.save_external_prepacked_constant_initializers", "1");
      environment().createSession(model.toString(), options).close();
    } catch (OrtException e) {
      throw Engine.failed("ONNX Runtime cannot optimise the model", model, e);
    }
  }
}
