package dev.steerc.cli;

import dev.steerc.runtime.ModelOptions;
import picocli.CommandLine.Option;

/** The model to run with vectors. */
final class SteeredModelArgs extends ModelArgs {
  @Option(names = "--force", description = "Take vectors that were made for another model as well.")
  private boolean force;

  @Override
  ModelOptions options() {
    return super.options().anyBase(force);
  }
}
