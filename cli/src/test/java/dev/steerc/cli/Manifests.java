package dev.steerc.cli;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;

/**
 * Objects of Kubernetes in a file, each checked against what the API says of its kind: by the
 * classes that Kubernetes' own Java client has made of the API's description, and for KServe's
 * kinds by the fields of its Go types. A field that the API does not know is a mistake, as is one
 * that it needs and that is missing.
 */
record Manifests(List<Map<String, Object>> objects) {
  private static final Gson GSON = new Gson();

  /** KServe 0.17: ServingRuntimeSpec with ServingRuntimePodSpec, in v1alpha1. */
  private static final Set<String> RUNTIME =
      Set.of(
          "supportedModelFormats",
          "multiModel",
          "disabled",
          "protocolVersions",
          "workerSpec",
          "containers",
          "volumes",
          "nodeSelector",
          "affinity",
          "tolerations",
          "labels",
          "annotations",
          "imagePullSecrets",
          "hostIPC",
          "replicas");

  private static final Set<String> FORMAT = Set.of("name", "version", "autoSelect", "priority");
  private static final Set<String> PROTOCOLS = Set.of("v1", "v2", "grpc-v1", "grpc-v2");

  /** What a predictor of ours may have of PredictorSpec, PodSpec aside, in v1beta1. */
  private static final Set<String> PREDICTOR =
      Set.of(
          "model",
          "minReplicas",
          "maxReplicas",
          "scaleTarget",
          "scaleMetric",
          "containerConcurrency",
          "timeout",
          "labels",
          "annotations",
          "deploymentStrategy");

  /** Those of ModelSpec that are not a container's. */
  private static final Set<String> MODEL =
      Set.of(
          "modelFormat", "runtime", "storageUri", "runtimeVersion", "protocolVersion", "storage");

  static Manifests read(Path file) throws IOException {
    return parse(Files.readString(file));
  }

  static Manifests parse(String text) {
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    List<Map<String, Object>> objects = new ArrayList<>();
    new Yaml(options).loadAll(text).forEach(one -> objects.add(map(one)));
    return new Manifests(objects);
  }

  /** Throws what the API would not take. */
  void check() {
    objects.forEach(Manifests::check);
  }

  /** The only object of a kind and name. */
  Map<String, Object> get(String kind, String name) {
    List<Map<String, Object>> found =
        objects.stream()
            .filter(one -> one.get("kind").equals(kind) && at(one, "metadata", "name").equals(name))
            .toList();
    if (found.size() != 1) {
      throw new IllegalStateException(found.size() + " objects are " + kind + " " + name);
    }
    return found.get(0);
  }

  /** What stands at the end of a path of keys, and of indices into lists. */
  static Object at(Object object, Object... path) {
    for (Object step : path) {
      object = step instanceof Integer i ? ((List<?>) object).get(i) : map(object).get(step);
      if (object == null) {
        throw new IllegalArgumentException("there is no " + List.of(path));
      }
    }
    return object;
  }

  private static void check(Map<String, Object> object) {
    String version = (String) object.get("apiVersion");
    String kind = (String) object.get("kind");
    if (version.startsWith("serving.kserve.io/")) {
      checkKnown(object, Set.of("apiVersion", "kind", "metadata", "spec"));
      validate("V1ObjectMeta", object.get("metadata"));
      if (kind.equals("ServingRuntime") && version.endsWith("/v1alpha1")) {
        checkRuntime(map(object.get("spec")));
      } else if (kind.equals("InferenceService") && version.endsWith("/v1beta1")) {
        checkService(map(object.get("spec")));
      } else {
        throw new IllegalArgumentException("KServe has no " + kind + " in " + version);
      }
    } else {
      String number = version.substring(version.indexOf('/') + 1);
      validate(number.toUpperCase(java.util.Locale.ROOT) + kind, object);
    }
  }

  private static void checkRuntime(Map<String, Object> spec) {
    checkKnown(spec, RUNTIME);
    list(spec, "supportedModelFormats").forEach(format -> checkKnown(map(format), FORMAT));
    for (Object protocol : list(spec, "protocolVersions")) {
      checkKnown(Map.of((String) protocol, ""), PROTOCOLS);
    }
    list(spec, "containers").forEach(container -> validate("V1Container", container));
    list(spec, "volumes").forEach(volume -> validate("V1Volume", volume));
    if (list(spec, "containers").isEmpty()) {
      throw new IllegalArgumentException("a runtime has a container");
    }
  }

  private static void checkService(Map<String, Object> spec) {
    checkKnown(spec, Set.of("predictor"));
    Map<String, Object> predictor = map(spec.get("predictor"));
    checkKnown(predictor, PREDICTOR);
    Map<String, Object> model = map(predictor.get("model"));
    checkKnown(model, MODEL);
    checkKnown(map(model.get("modelFormat")), Set.of("name", "version"));
    checkKnown(Map.of((String) model.get("protocolVersion"), ""), PROTOCOLS);
  }

  private static void checkKnown(Map<String, Object> object, Set<String> known) {
    Set<String> unknown = new TreeSet<>(object.keySet());
    unknown.removeAll(known);
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException("not known: " + unknown);
    }
  }

  private static void validate(String model, Object object) {
    try {
      Class.forName("io.kubernetes.client.openapi.models." + model)
          .getMethod("validateJsonElement", JsonElement.class)
          .invoke(null, GSON.toJsonTree(object));
    } catch (InvocationTargetException e) {
      throw new IllegalArgumentException(e.getCause().getMessage(), e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException("Kubernetes has no " + model, e);
    }
  }

  private static List<?> list(Map<String, Object> object, String field) {
    return (List<?>) object.getOrDefault(field, List.of());
  }

  @SuppressWarnings("unchecked") // YAML's keys are texts here
  static Map<String, Object> map(Object object) {
    return (Map<String, Object>) object;
  }
}
