package dev.steerc.runtime.triton;

import dev.steerc.manifest.Json;
import dev.steerc.manifest.Manifest;
import dev.steerc.onnx.ElementType;
import dev.steerc.runtime.Signature;
import dev.steerc.runtime.TensorData;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A request that a model can be tried with: one row of three tokens, an empty cache, no steering.
 */
record Example(Signature signature, Manifest manifest) {
  private static final long TOKENS = 3;

  String json() {
    List<Object> inputs = new ArrayList<>();
    boolean hasPort = false;
    for (Signature.Slot slot : signature.inputs()) {
      // without a vector a bias is the model's own, which the model has as its default
      boolean isBias = slot.name().endsWith(".branch_bias");
      if (!slot.isOptional() || !hasPort && !isBias) {
        inputs.add(input(slot));
      }
      hasPort |= slot.isSteering() && !isBias;
    }
    return Json.write(Json.object("inputs", inputs)) + "\n";
  }

  private Map<String, Object> input(Signature.Slot slot) {
    List<Long> shape = new ArrayList<>();
    for (int i = 0; i < slot.dims().size(); i++) {
      long size = slot.dims().get(i).size();
      shape.add(size >= 0 ? size : free(slot, i));
    }
    long elements = TensorData.elements(shape.stream().mapToLong(Long::longValue).toArray());
    List<Object> data = new ArrayList<>();
    for (int i = 0; i < elements; i++) {
      data.add(element(slot, i, shape.get(shape.size() - 1)));
    }
    return Json.object(
        "name",
        slot.name(),
        "shape",
        shape,
        "datatype",
        TritonConfig.type(slot.type()).substring("TYPE_".length()),
        "data",
        data);
  }

  private long free(Signature.Slot slot, int at) {
    if (slot.isSteering()) {
      return 1;
    }
    if (manifest.model().cache().inputs().contains(slot.name())) {
      return at == slot.dims().size() - 4 ? 1 : 0;
    }
    return at == 0 ? 1 : TOKENS;
  }

  private Object element(Signature.Slot slot, int at, long width) {
    if (slot.type() == ElementType.BOOL) {
      return false;
    }
    if (slot.isSteering()) {
      return slot.name().endsWith(".gain") ? 1.0 : 0.0;
    }
    if (slot.name().contains("mask")) {
      return 1L;
    }
    return slot.name().contains("position") || slot.name().equals(manifest.model().ids())
        ? at % width
        : 0L;
  }
}
