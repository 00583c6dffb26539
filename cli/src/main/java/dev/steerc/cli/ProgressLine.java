package dev.steerc.cli;

import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A progress bar on a terminal, and nothing anywhere else. */
public final class ProgressLine implements AutoCloseable {
  private static final long MEGABYTE = 1_000_000;

  private final boolean enabled;
  private ProgressBar bar;

  private ProgressLine(boolean enabled) {
    this.enabled = enabled;
  }

  public static ProgressLine on(boolean wanted) {
    return new ProgressLine(wanted && System.console() != null);
  }

  public void show(String what, int done, int all) {
    show("verify", what, done, all);
  }

  /** Shows how far a task is, and how long the rest takes. */
  public void show(String task, String what, int done, int all) {
    if (!enabled) {
      return;
    }
    if (bar == null) {
      bar = builder(task, all).build();
    }
    bar.stepTo(done);
    bar.setExtraMessage(what);
  }

  /** Shows how many of all texts were run, how fast, and how long the rest takes. */
  public void showTexts(long done, long all) {
    if (!enabled) {
      return;
    }
    if (bar == null) {
      bar = builder("texts", all).showSpeed().build();
    }
    bar.stepTo(done);
  }

  /** Shows how much of a file has come, how fast, and how long the rest takes. */
  public void showBytes(String file, long done, long size) {
    if (!enabled) {
      return;
    }
    if (bar == null || !bar.getTaskName().equals(file)) {
      close();
      bar = builder(file, size).setUnit(" MB", MEGABYTE).showSpeed().build();
    }
    bar.stepTo(done);
    bar.setExtraMessage("");
  }

  /** Says something behind the bar, if there is one. */
  public void remark(String text) {
    if (bar != null) {
      bar.setExtraMessage(" " + text);
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }

  private static ProgressBarBuilder builder(String task, long all) {
    return new ProgressBarBuilder()
        .setTaskName(task)
        .setInitialMax(all)
        .setStyle(ProgressBarStyle.ASCII)
        .clearDisplayOnFinish();
  }
}
