package dev.steerc.cli;

import dev.steerc.models.hub.Progress;
import dev.steerc.models.hub.Pulled;
import java.time.Duration;

/** Shows a pull while it runs: a bar on a terminal, and a line for each file that is done. */
final class PullProgress implements Progress, AutoCloseable {
  private final Talk talk;
  private final ProgressLine line;

  PullProgress(Talk talk) {
    this.talk = talk;
    this.line = ProgressLine.on(!talk.isQuiet());
  }

  @Override
  public void arrived(String file, long bytes, long size) {
    line.showBytes(file, bytes, size);
  }

  @Override
  public void retrying(String file, String why, Duration pause) {
    line.remark("broke off, again in " + Math.max(1, pause.toSeconds()) + " s");
  }

  @Override
  public void finished(Pulled.Item item) {
    line.close();
    talk.say(PullReport.line(item));
  }

  @Override
  public void close() {
    line.close();
  }
}
