package dev.steerc.cli.serve.inference;

import dev.steerc.Steerc;
import dev.steerc.cli.serve.http.Answers;
import dev.steerc.cli.serve.http.Bodies;
import dev.steerc.cli.serve.http.Limits;
import dev.steerc.cli.serve.http.Role;
import dev.steerc.cli.serve.http.Routes;
import dev.steerc.manifest.Json;
import dev.steerc.onnx.Dim;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.RawModel;
import dev.steerc.runtime.Signature;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.TensorData;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** The graph of the model by the Open Inference Protocol: tensors in, tensors out. */
public final class InferenceRoutes implements Routes {
  static final String VERSION = "1";

  /** The batch has the processor; a few runs beside it are enough. */
  private static final int RUNS = 2;

  /** Requests that may be as large as a vector file; each is in memory while it comes in. */
  private static final int LARGE = 4;

  private final RawModel model;
  private final String name;
  private final Limits limits;
  private final BooleanSupplier isReady;
  private final AtOnce runs = new AtOnce(RUNS, "runs of the graph");
  private final AtOnce large = new AtOnce(LARGE, "requests with binary data");

  /**
   * The addresses for one model.
   *
   * @param isReady whether new requests are taken
   */
  public InferenceRoutes(SteeredModel model, String name, Limits limits, BooleanSupplier isReady) {
    this.model = model.raw();
    this.name = name;
    this.limits = limits;
    this.isReady = isReady;
  }

  @Override
  public void addTo(RoutesConfig routes) {
    routes.get("/v2", this::server, Role.ANYONE);
    routes.get("/v2/health/live", request -> send(request, "live", true), Role.ANYONE);
    routes.get("/v2/health/ready", this::ready, Role.ANYONE);
    for (String at : List.of("/v2/models/{model}", "/v2/models/{model}/versions/{version}")) {
      routes.get(at, this::metadata, Role.USE);
      routes.get(at + "/ready", this::modelReady, Role.USE);
      routes.post(at + "/infer", this::infer, Role.USE, Bodies.LARGE);
    }
  }

  private static void send(Context request, Object... pairs) {
    Answers.json(request, Json.object(pairs));
  }

  private void server(Context request) {
    send(
        request,
        "name",
        "steerc",
        "version",
        Steerc.VERSION,
        "extensions",
        List.of("binary_tensor_data"));
  }

  private void ready(Context request) {
    request.status(isReady.getAsBoolean() ? 200 : 503);
    send(request, "ready", isReady.getAsBoolean());
  }

  private void modelReady(Context request) {
    checkModel(request);
    request.status(isReady.getAsBoolean() ? 200 : 503);
    send(request, "name", name, "ready", isReady.getAsBoolean());
  }

  private void checkModel(Context request) {
    String version = request.pathParamMap().getOrDefault("version", VERSION);
    if (!request.pathParam("model").equals(name) || !version.equals(VERSION)) {
      throw Problem.of(
              Code.NO_SUCH_MODEL,
              "there is no model `" + request.pathParam("model") + "`, version " + version)
          .help("the server has `" + name + "`, version " + VERSION)
          .exception();
    }
  }

  private void metadata(Context request) {
    checkModel(request);
    Signature signature = model.signature();
    send(
        request,
        "name",
        name,
        "versions",
        List.of(VERSION),
        "platform",
        "onnxruntime_onnx",
        "inputs",
        signature.inputs().stream().map(InferenceRoutes::slot).toList(),
        "outputs",
        signature.outputs().stream().map(InferenceRoutes::slot).toList());
  }

  private static Map<String, Object> slot(Signature.Slot slot) {
    Map<String, Object> map =
        Json.object(
            "name",
            slot.name(),
            "datatype",
            Datatype.of(slot.type()),
            "shape",
            slot.dims().stream().map(Dim::size).toList());
    if (slot.isOptional()) {
      map.put("parameters", Json.object("optional", true));
    }
    return map;
  }

  private void infer(Context request) throws IOException {
    checkModel(request);
    if (!isReady.getAsBoolean()) {
      throw Problem.of(Code.STOPPING, "the server is being stopped").exception();
    }
    boolean isLarge = request.header(InferBody.HEADER) != null;
    InferAnswer answer = isLarge ? large.run(() -> run(request)) : run(request);
    answer.send(request);
  }

  private InferAnswer run(Context request) throws IOException {
    InferBody body = InferBody.of(request, limits);
    return runs.run(() -> run(InferRequest.read(body, model.signature())));
  }

  private InferAnswer run(InferRequest asked) {
    model.check(asked.inputs(), asked.outputs().keySet());
    new Bounds(limits).check(model, asked.inputs(), asked.outputs());
    Map<String, TensorData> tensors = model.infer(asked.inputs(), asked.outputs().keySet());
    return new InferAnswer(name, asked.id(), asked.outputs(), tensors);
  }
}
