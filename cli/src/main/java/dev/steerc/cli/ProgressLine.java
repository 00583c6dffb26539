package dev.steerc.cli;

import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A progress bar on a terminal, and nothing anywhere else. */
final class ProgressLine implements AutoCloseable {
  private final boolean enabled;
  private ProgressBar bar;

  private ProgressLine(boolean enabled) {
    this.enabled = enabled;
  }

  static ProgressLine on(boolean wanted) {
    return new ProgressLine(wanted && System.console() != null);
  }

  void show(String what, int done, int all) {
    if (!enabled) {
      return;
    }
    if (bar == null) {
      bar =
          new ProgressBarBuilder()
              .setTaskName("verify")
              .setInitialMax(all)
              .setStyle(ProgressBarStyle.ASCII)
              .clearDisplayOnFinish()
              .build();
    }
    bar.stepTo(done);
    bar.setExtraMessage(what);
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
