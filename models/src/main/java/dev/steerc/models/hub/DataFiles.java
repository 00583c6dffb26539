package dev.steerc.models.hub;

import dev.steerc.ExternalData;
import dev.steerc.onnx.ModelFile;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.util.Set;
import java.util.TreeSet;

/** The files beside a model that hold its weights. */
final class DataFiles {
  private DataFiles() {}

  /** Whether a file of the repository looks like one of a model: named after it, beside it. */
  static boolean isNamedAfter(HubFile model, HubFile file) {
    return file.folder().equals(model.folder())
        && (file.name().startsWith(model.name() + "_data")
            || file.name().startsWith(model.name() + ".data"));
  }

  /** The files that a model names, relative to its folder. */
  static Set<String> namedBy(ModelFile model) {
    Set<String> locations = new TreeSet<>();
    ExternalData.locations(model).forEach(name -> locations.add(name.replaceFirst("^\\./", "")));
    for (String location : locations) {
      if (!HubFile.isInside(location)) {
        throw Problem.of(
                Code.EXTERNAL_DATA_ESCAPES,
                "the weights' location `" + Hub.printable(location) + "` leaves the model's folder")
            .at(model.where())
            .help("choose another model of the repository with --file")
            .exception();
      }
    }
    return locations;
  }
}
