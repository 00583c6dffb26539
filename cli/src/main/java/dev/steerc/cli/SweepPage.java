package dev.steerc.cli;

import dev.steerc.runtime.measure.Swept;

record SweepPage(Swept swept, SweepSetting setting) {
  String html() {
    return "";
  }
}
