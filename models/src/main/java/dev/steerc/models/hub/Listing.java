package dev.steerc.models.hub;

import java.util.List;
import java.util.Optional;

/** What a repository holds at one commit. */
record Listing(String commit, List<HubFile> files) {
  Optional<HubFile> file(String path) {
    return files.stream().filter(file -> file.path().equals(path)).findFirst();
  }

  List<HubFile> models() {
    return files.stream().filter(file -> file.path().endsWith(".onnx")).toList();
  }
}
