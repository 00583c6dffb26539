package dev.steerc.spark;

import dev.steerc.manifest.Json;
import dev.steerc.spark.capture.CaptureJob;
import dev.steerc.spark.capture.CaptureNote;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What {@code steerc spark capture} says it did. */
record CaptureReport(String folder, CaptureJob.Done done) {

  List<String> lines() {
    CaptureNote note = done.note();
    List<String> lines = new ArrayList<>();
    lines.add(folder + ": " + note.texts() + " texts at " + note.widths().size() + " sites");
    if (note.cut() > 0) {
      lines.add(note.cut() + " texts too long for the model, cut in front");
    }
    if (note.failed() > 0) {
      lines.add(note.failed() + " rows have a problem instead: column `problem`");
    }
    lines.addAll(done.costs().lines());
    return lines;
  }

  Map<String, Object> toMap() {
    return Json.object(
        "folder", folder, "capture", done.note().toMap(), "costs", done.costs().toMap());
  }
}
