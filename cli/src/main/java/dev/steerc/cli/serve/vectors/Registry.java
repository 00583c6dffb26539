package dev.steerc.cli.serve.vectors;

import dev.steerc.runtime.steering.Steering;
import dev.steerc.runtime.steering.VectorStore;
import java.nio.file.Path;

/** The vectors that requests may name. */
public final class Registry implements AutoCloseable {
  private volatile VectorStore store;

  public Registry(Path folder) {
    this.store = VectorStore.open(folder);
  }

  /** The vectors as they are now; a request that has taken them keeps them. */
  public VectorStore store() {
    return store;
  }

  /** What requests get that say nothing of steering. */
  public Steering defaults() {
    return Steering.NONE;
  }

  @Override
  public void close() {
    // nothing runs
  }
}
