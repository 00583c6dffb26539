package dev.steerc.cli;

import dev.steerc.models.Gpt2;
import dev.steerc.models.RandomGpt2;
import dev.steerc.problem.Choices;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/** A model that is made up to be measured: as fast as a real one of its sizes. */
enum RandomModel {
  GPT2(RandomGpt2.SMALL, false),
  GPT2_INT8(RandomGpt2.SMALL, true),
  TINY(new Gpt2.Config(3, 64, 4, 1000, 256), false);

  private static final long SEED = 1;

  private final Gpt2.Config sizes;
  private final boolean int8;

  RandomModel(Gpt2.Config sizes, boolean int8) {
    this.sizes = sizes;
    this.int8 = int8;
  }

  static RandomModel of(String label) {
    return Arrays.stream(values())
        .filter(model -> model.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                Problem.of(Code.USAGE, "there is no random model `" + label + "`")
                    .help(
                        Choices.help(
                            label, Arrays.stream(values()).map(RandomModel::label).toList()))
                    .exception());
  }

  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  void write(Path output) {
    try {
      if (int8) {
        RandomGpt2.writeInt8(output, sizes, SEED);
      } else {
        RandomGpt2.write(output, sizes, SEED, false);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
