package dev.steerc.runtime.laws;

import dev.steerc.models.Batch;
import dev.steerc.plan.Site;
import dev.steerc.runtime.format.Floats;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What PyTorch gave for one set of weights, with and without forward hooks. */
final class Golden {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Map<String, Site.Kind> SITES =
      Map.of(
          "block_output", Site.Kind.RESID_POST,
          "attn_output", Site.Kind.ATTN_OUT,
          "mlp_output", Site.Kind.MLP_OUT);

  /** A run: its input by name, its ops and its logits. */
  record Case(String id, String input, JsonNode ops, Floats logits) {
    @Override
    public String toString() {
      return id;
    }
  }

  /** A greedy continuation and the logits that each of its tokens was taken from. */
  record Greedy(JsonNode ops, long[] tokens, Floats logits) {}

  private final JsonNode json;
  private final FloatBuffer numbers;

  private Golden(JsonNode json, FloatBuffer numbers) {
    this.json = json;
    this.numbers = numbers;
  }

  /** Whether there are numbers for the model. */
  static boolean isThereFor(ModelUnderTest model) {
    return Files.exists(model.path().resolveSibling("golden.json"));
  }

  static Golden of(ModelUnderTest model) {
    Path pointer = model.path().resolveSibling("golden.json");
    Path file = pointer.resolveSibling(read(pointer).get("golden").asString());
    return new Golden(read(file), numbers(file.resolveSibling("golden.npy")));
  }

  /** Which tensors carry which values of the stream. */
  static JsonNode answerKey(ModelUnderTest model) {
    return read(model.path().resolveSibling("answer_key.json"))
        .get(model.path().getFileName().toString());
  }

  private static JsonNode read(Path file) {
    return JSON.readTree(file.toFile());
  }

  /** NumPy's format, version 1: the data starts at 10 + the 16 bits at byte 8. */
  private static FloatBuffer numbers(Path file) {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
      bytes.position(10 + (bytes.getShort(8) & 0xffff));
      return bytes.slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Floats tensor(JsonNode slice) {
    long[] dims = longs(slice.get("shape"));
    float[] values = new float[Floats.elements(dims)];
    numbers.duplicate().position(slice.get("offset").asInt()).get(values);
    return new Floats(dims, values);
  }

  /** An input, {@code single} or {@code batch}. */
  Batch input(String name) {
    JsonNode input = json.get("inputs").get(name);
    return new Batch(
        rows(input.get("input_ids")),
        rows(input.get("attention_mask")),
        rows(input.get("position_ids")));
  }

  /** The logits of an input without steering. */
  Floats unsteered(String input) {
    return tensor(json.get("base").get(input).get("logits"));
  }

  /** A value of the stream in the run on {@code single} without steering. */
  Floats value(Site.InBlock site) {
    String list =
        switch (site.kind()) {
          case RESID_POST -> "block_out";
          case ATTN_OUT -> "attn_out";
          case MLP_OUT -> "mlp_out";
          default -> throw new IllegalArgumentException("no golden " + site);
        };
    return tensor(json.get("base").get("single").get(list).get(site.block()));
  }

  List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (JsonNode one : json.get("steered")) {
      String input = one.get("input").asString();
      Floats logits = tensor(one.get("logits"));
      cases.add(new Case(one.get("id").asString(), input, one.get("ops"), logits));
    }
    return cases;
  }

  Batch prompt() {
    return Batch.single(longs(json.get("greedy").get("prompt")));
  }

  List<Greedy> continuations() {
    List<JsonNode> all = new ArrayList<>(List.of(json.get("greedy").get("unsteered")));
    json.get("greedy").get("steered").forEach(all::add);
    return all.stream()
        .map(g -> new Greedy(g.get("ops"), longs(g.get("tokens")), tensor(g.get("step_logits"))))
        .toList();
  }

  /** The ops for a sequence of that many columns; vectors added at one site are added up. */
  List<Steering> steering(JsonNode ops, int columns) {
    Map<String, Steering> steering = new LinkedHashMap<>();
    for (JsonNode op : ops) {
      Steering one = steeringOf(op, columns);
      steering.merge(one.site() + ":" + one.isAdd(), one, Golden::sum);
    }
    return List.copyOf(steering.values());
  }

  private Steering steeringOf(JsonNode op, int columns) {
    Site.InBlock site = site(op);
    float scale = (float) op.get("scale").asDouble();
    float[] vector = vector(op.get("vector").asString());
    int from = op.get("from_position").asInt();
    if (op.get("mode").asString().equals("add")) {
      return Steering.add(site, from(scaled(vector, scale), from, columns));
    }
    return Steering.ablation(site, vector, from(new float[] {scale}, from, columns));
  }

  /** Where an op acts. */
  static Site.InBlock site(JsonNode op) {
    return new Site.InBlock(op.get("layer").asInt(), SITES.get(op.get("site").asString()));
  }

  private static Steering sum(Steering a, Steering b) {
    float[] total = a.ports().get("add").values().clone();
    for (int i = 0; i < total.length; i++) {
      total[i] += b.ports().get("add").values()[i];
    }
    return Steering.add(a.site(), new Floats(a.ports().get("add").dims(), total));
  }

  /** The vector in the columns from one on, zero before; one for all columns when all have it. */
  static Floats from(float[] vector, int first, int columns) {
    if (first == 0) {
      return new Floats(new long[] {1, 1, vector.length}, vector);
    }
    float[] values = new float[columns * vector.length];
    for (int column = first; column < columns; column++) {
      System.arraycopy(vector, 0, values, column * vector.length, vector.length);
    }
    return new Floats(new long[] {1, columns, vector.length}, values);
  }

  private static float[] scaled(float[] vector, float scale) {
    float[] scaled = vector.clone();
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] *= scale;
    }
    return scaled;
  }

  float[] vector(String name) {
    JsonNode numbers = json.get("vectors").get(name);
    float[] vector = new float[numbers.size()];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) numbers.get(i).asDouble();
    }
    return vector;
  }

  private static long[][] rows(JsonNode rows) {
    long[][] all = new long[rows.size()][];
    Arrays.setAll(all, i -> longs(rows.get(i)));
    return all;
  }

  private static long[] longs(JsonNode numbers) {
    long[] all = new long[numbers.size()];
    Arrays.setAll(all, i -> numbers.get(i).asLong());
    return all;
  }
}
