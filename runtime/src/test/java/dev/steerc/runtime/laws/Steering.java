package dev.steerc.runtime.laws;

import dev.steerc.models.Gpt2Reference;
import dev.steerc.plan.AddVector;
import dev.steerc.plan.Intervention;
import dev.steerc.plan.Project;
import dev.steerc.plan.Site;
import dev.steerc.runtime.format.Floats;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Tensors for the ports of one intervention, and what they do by the wire contract.
 *
 * @param ports by the port's name in the contract, such as {@code add} or {@code read}
 */
record Steering(Site.InBlock site, Map<String, Floats> ports) {

  /** y = x + v. */
  static Steering add(Site.InBlock site, Floats vector) {
    return new Steering(site, Map.of("add", vector));
  }

  /** y = x + ((x·R + b)∘g)·W. */
  static Steering project(Site.InBlock site, Floats read, Floats bias, Floats gain, Floats write) {
    return new Steering(site, Map.of("read", read, "bias", bias, "gain", gain, "write", write));
  }

  /** Takes the part along a unit direction away, or {@code gain} times that part. */
  static Steering ablation(Site.InBlock site, float[] unit, Floats gain) {
    float[] negated = new float[unit.length];
    for (int i = 0; i < unit.length; i++) {
      negated[i] = -unit[i];
    }
    return project(
        site,
        new Floats(new long[] {1, unit.length, 1}, unit),
        Floats.filled(0, 1, 1, 1),
        gain,
        new Floats(new long[] {1, 1, unit.length}, negated));
  }

  boolean isAdd() {
    return ports.containsKey("add");
  }

  Intervention intervention() {
    return isAdd() ? new AddVector(site) : projection(site);
  }

  /** A projection of any rank. */
  static Intervention projection(Site site) {
    return new Project(site, OptionalInt.empty());
  }

  static List<Intervention> interventions(List<Steering> all) {
    return all.stream().map(Steering::intervention).distinct().toList();
  }

  /** The tensors by input name, as the wire contract spells it. */
  static Map<String, Floats> feeds(List<Steering> all) {
    Map<String, Floats> feeds = new LinkedHashMap<>();
    for (Steering one : all) {
      String prefix = "steer.blocks." + one.site.block() + "." + one.site.kind().label() + ".";
      one.ports.forEach((port, tensor) -> feeds.put(prefix + port, tensor));
    }
    return feeds;
  }

  /** The same for the tokens in some columns of the sequence only. */
  static List<Steering> columns(List<Steering> all, int first, int end) {
    return all.stream().map(one -> one.columns(first, end)).toList();
  }

  private Steering columns(int first, int end) {
    return mapped((port, tensor) -> isByToken(port) ? columns(tensor, first, end) : tensor);
  }

  /** The same for one row of the batch. */
  static List<Steering> row(List<Steering> all, int row) {
    return all.stream().map(one -> one.mapped((port, tensor) -> row(tensor, row))).toList();
  }

  private interface Change {
    Floats of(String port, Floats tensor);
  }

  private Steering mapped(Change change) {
    Map<String, Floats> mapped = new LinkedHashMap<>();
    ports.forEach((port, tensor) -> mapped.put(port, change.of(port, tensor)));
    return new Steering(site, mapped);
  }

  private static boolean isByToken(String port) {
    return port.equals("add") || port.equals("bias") || port.equals("gain");
  }

  private static Floats columns(Floats tensor, int first, int end) {
    if (tensor.dims()[1] == 1) {
      return tensor;
    }
    int rows = (int) tensor.dims()[0];
    int width = tensor.width();
    float[] values = new float[rows * (end - first) * width];
    for (int row = 0; row < rows; row++) {
      int from = (row * (int) tensor.dims()[1] + first) * width;
      int to = row * (end - first) * width;
      System.arraycopy(tensor.values(), from, values, to, (end - first) * width);
    }
    return new Floats(new long[] {rows, end - first, width}, values);
  }

  private static Floats row(Floats tensor, int row) {
    if (tensor.dims()[0] == 1) {
      return tensor;
    }
    long[] dims = tensor.dims().clone();
    dims[0] = 1;
    int size = tensor.values().length / (int) tensor.dims()[0];
    return new Floats(dims, Arrays.copyOfRange(tensor.values(), row * size, (row + 1) * size));
  }

  /** What all of them do, one behind the other, for the double-precision reference. */
  static Gpt2Reference.Edit edit(List<Steering> all) {
    Gpt2Reference.Edit edit = Gpt2Reference.Edit.NONE;
    for (Steering one : all) {
      edit = edit.then(one.edit());
    }
    return edit;
  }

  private Gpt2Reference.Edit edit() {
    return (name, block, value) ->
        name.equals(site.kind().label()) && block == site.block() ? edited(value) : value;
  }

  private double[][][] edited(double[][][] value) {
    double[][][] out = new double[value.length][value[0].length][];
    for (int b = 0; b < value.length; b++) {
      for (int s = 0; s < value[b].length; s++) {
        double[] change = isAdd() ? added(b, s) : projected(value[b][s], b, s);
        out[b][s] = value[b][s].clone();
        for (int h = 0; h < change.length; h++) {
          out[b][s][h] += change[h];
        }
      }
    }
    return out;
  }

  private double[] added(int b, int s) {
    double[] change = new double[ports.get("add").width()];
    for (int h = 0; h < change.length; h++) {
      change[h] = at("add", b, s, h);
    }
    return change;
  }

  private double[] projected(double[] x, int b, int s) {
    double[] change = new double[x.length];
    for (int r = 0; r < ports.get("read").width(); r++) {
      double read = at("bias", b, s, r);
      for (int h = 0; h < x.length; h++) {
        read += x[h] * at("read", b, h, r);
      }
      for (int h = 0; h < x.length; h++) {
        change[h] += read * at("gain", b, s, r) * at("write", b, r, h);
      }
    }
    return change;
  }

  /** An element, where a dimension of size 1 stands for any. */
  private double at(String port, int i, int j, int k) {
    long[] dims = ports.get(port).dims();
    int row = dims[0] == 1 ? 0 : i;
    int column = dims[1] == 1 ? 0 : j;
    int last = dims[2] == 1 ? 0 : k;
    return ports.get(port).values()[(int) ((row * dims[1] + column) * dims[2]) + last];
  }
}
