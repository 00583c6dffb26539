package dev.steerc.cli;

import dev.steerc.runtime.ModelOptions;
import picocli.CommandLine.Option;

/** The model to run with vectors. */
public sealed class SteeredModelArgs extends ModelArgs permits GeneratingModelArgs {
  @Option(names = "--force", description = "Take vectors that were made for another model as well.")
  private boolean force;

  @Override
  public ModelOptions options() {
    return super.options().anyBase(force);
  }
}
