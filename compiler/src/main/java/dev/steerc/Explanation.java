package dev.steerc;

import dev.steerc.manifest.Json;
import dev.steerc.residual.Evidence;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What steerc knows of a model, and by what in the graph that shows.
 *
 * @param stream what shows where the stream begins and ends and what runs along it
 * @param blocks the same for each block
 */
public record Explanation(
    Inspection inspection, List<Evidence> stream, List<List<Evidence>> blocks) {

  public Explanation {
    stream = List.copyOf(stream);
    blocks = List.copyOf(blocks);
  }

  /** The document that {@code steerc inspect --explain --json} prints. */
  public Map<String, Object> toMap() {
    Map<String, Object> all = inspection.toMap();
    List<Map<String, Object>> evidence = new ArrayList<>();
    stream.forEach(each -> evidence.add(object(null, each)));
    for (int block = 0; block < blocks.size(); block++) {
      for (Evidence each : blocks.get(block)) {
        evidence.add(object(block, each));
      }
    }
    all.put("evidence", evidence);
    return all;
  }

  private static Map<String, Object> object(Integer block, Evidence evidence) {
    return Json.object(
        "block",
        block,
        "what",
        evidence.what(),
        "because",
        evidence.because(),
        "node",
        evidence.node().isEmpty() ? null : evidence.node());
  }
}
