package dev.steerc.runtime;

import com.sun.jna.Function;
import com.sun.jna.Platform;

/**
 * Keeps ONNX Runtime from reporting to its makers. Release 1.29 does so on Linux and macOS unless a
 * variable of the environment says otherwise before it is loaded, and ends the process with a
 * segmentation fault when the command line is long, as it is with many jars on the class path
 * (docs/adr/0006).
 */
public final class Telemetry {
  private static final String VARIABLE = "ORT_DISABLE_TELEMETRY";

  private Telemetry() {}

  /** Sets the variable for this process, unless whoever started it has set it. */
  public static void off() {
    if (System.getenv(VARIABLE) == null && !Platform.isWindows()) {
      Function.getFunction("c", "setenv").invokeInt(new Object[] {VARIABLE, "1", 0});
    }
  }
}
