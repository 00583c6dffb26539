package dev.steerc.runtime.laws;

import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import dev.steerc.plan.InputMode;
import dev.steerc.plan.Intervention;
import dev.steerc.plan.Site;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** One model with different interventions, each patched and loaded once. */
final class Decoders implements AutoCloseable {
  private final ModelUnderTest model;
  private final Path folder;
  private final Map<List<Intervention>, Decoder> loaded = new LinkedHashMap<>();

  Decoders(ModelUnderTest model, Path folder) {
    this.model = model;
    this.folder = folder;
  }

  /** The model as it is. */
  Decoder original() {
    return of(List.of());
  }

  /** The model with what the steering needs; its ports are optional and required by turns. */
  Decoder of(List<Steering> steering) {
    return of(Steering.interventions(steering), InputMode.values()[loaded.size() % 2]);
  }

  private Decoder of(List<Intervention> interventions, InputMode mode) {
    return loaded.computeIfAbsent(
        interventions,
        wanted ->
            wanted.isEmpty()
                ? Decoder.original(model, OptLevel.ALL_OPT)
                : Decoder.patched(model, folder, mode, wanted));
  }

  /** The model with one operation at every site, of which a run may feed any. */
  Decoder everywhere(Function<Site, Intervention> operation) {
    return of(model.sites().stream().map(operation).toList(), InputMode.OPTIONAL);
  }

  @Override
  public void close() {
    loaded.values().forEach(Decoder::close);
  }
}
