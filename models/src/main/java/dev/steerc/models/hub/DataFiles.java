package dev.steerc.models.hub;

import dev.steerc.onnx.Graph;
import dev.steerc.onnx.ModelFile;
import dev.steerc.onnx.Node;
import dev.steerc.onnx.Tensor;
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
    collect(model.graph(), locations);
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

  private static void collect(Graph graph, Set<String> locations) {
    graph.initializers().values().forEach(tensor -> add(tensor, locations));
    for (Node node : graph.nodes()) {
      node.attribute("value").flatMap(a -> a.tensor()).ifPresent(tensor -> add(tensor, locations));
      node.subgraphs().forEach(inner -> collect(inner, locations));
    }
  }

  private static void add(Tensor tensor, Set<String> locations) {
    tensor.external().ifPresent(place -> locations.add(place.location().replaceFirst("^\\./", "")));
  }
}
