package dev.steerc.runtime;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.RunOptions;

/**
 * Stops a run in the middle when somebody cancels from another thread, and knows how long all runs
 * took.
 */
final class Breaker {
  private RunOptions running;
  private boolean broken;
  private long since;
  private long nanos;

  /** A run begins. */
  synchronized void enter(RunOptions options) throws OrtException {
    running = options;
    options.setTerminate(broken);
    since = System.nanoTime();
  }

  /** The run is over; called before its options are freed. */
  synchronized void leave() {
    running = null;
    nanos += System.nanoTime() - since;
  }

  /** How long ONNX Runtime had its turn so far, in nanoseconds. */
  synchronized long nanos() {
    return nanos;
  }

  /** Ends the run that is under way, and every later one. */
  synchronized void trip() {
    broken = true;
    if (running != null) {
      try {
        running.setTerminate(true);
      } catch (OrtException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  synchronized boolean isBroken() {
    return broken;
  }
}
