package dev.steerc.spark.sweep;

import dev.steerc.runtime.measure.Tally;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.api.java.function.Function;

/**
 * Does a task, but for the first steered one, whose executor dies with it; it knows nothing of
 * JUnit.
 *
 * @param marker a file that is there from then on
 */
record Fall(Sit task, String marker) implements Function<Seat, Tally> {

  @Override
  public Tally call(Seat seat) throws IOException {
    Tally done = task.call(seat);
    if (seat.place() != Seat.PLAIN && first()) {
      Runtime.getRuntime().halt(1);
    }
    return done;
  }

  private boolean first() throws IOException {
    try {
      Files.createFile(Path.of(marker));
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    }
  }
}
