package dev.steerc.cli;

import static dev.steerc.cli.Manifests.at;
import static dev.steerc.cli.Manifests.map;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.steerc.Steerc;
import dev.steerc.cli.serve.ServeOptions;
import dev.steerc.cli.serve.TestServer;
import dev.steerc.manifest.Json;
import dev.steerc.plan.InputMode;
import dev.steerc.plan.Intervention;
import dev.steerc.plan.Request;
import dev.steerc.plan.Target;
import dev.steerc.runtime.triton.TritonModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** docs/deploy.md and the files beside it fit the server that they start, and each other. */
class DeployDocTest {
  private static final Path PAGE = Steered.root().resolve("docs/deploy.md");
  private static final Path DEPLOY = Steered.root().resolve("docs/deploy");
  private static final Pattern EXCERPT =
      Pattern.compile("<!-- from (\\S+) -->\n```\\w*\n(.*?)```", Pattern.DOTALL);
  private static final Pattern OPTION = Pattern.compile("`(--[a-z-]+)");

  private static Manifests kubernetes;
  private static Manifests kserve;
  private static String containerFile;

  @TempDir Path folder;

  @BeforeAll
  static void read() throws IOException {
    kubernetes = Manifests.read(DEPLOY.resolve("kubernetes.yaml"));
    kserve = Manifests.read(DEPLOY.resolve("kserve.yaml"));
    containerFile = Files.readString(DEPLOY.resolve("Containerfile"));
  }

  /** What a pod is made of: a spec with containers and volumes. */
  static List<Map<String, Object>> pods() {
    return Stream.of(
            at(deployment("steerc"), "spec", "template", "spec"),
            at(deployment("steerc-vectors"), "spec", "template", "spec"),
            at(kserve.get("ServingRuntime", "steerc"), "spec"))
        .map(Manifests::map)
        .toList();
  }

  private static Map<String, Object> deployment(String name) {
    return kubernetes.get("Deployment", name);
  }

  private static List<String> args(Map<String, Object> pod) {
    return ((List<?>) at(pod, "containers", 0, "args")).stream().map(String::valueOf).toList();
  }

  /** The value of an option that is written `--name=value`. */
  private static String option(Map<String, Object> pod, String name) {
    return args(pod).stream()
        .filter(arg -> arg.startsWith(name + "="))
        .map(arg -> arg.substring(name.length() + 1))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void pageShowsWhatTheFilesSay() throws Exception {
    writeTriton();
    List<MatchResult> excerpts = EXCERPT.matcher(Files.readString(PAGE)).results().toList();
    assertThat(excerpts).hasSizeGreaterThanOrEqualTo(4);
    for (MatchResult excerpt : excerpts) {
      Path beside = PAGE.resolveSibling(excerpt.group(1));
      Path file = Files.exists(beside) ? beside : folder.resolve(excerpt.group(1));
      assertThat(Files.readString(file)).contains(excerpt.group(2));
    }
  }

  @Test
  void pageLeadsToEveryFile() throws Exception {
    String page = Files.readString(PAGE);
    try (Stream<Path> files = Files.list(DEPLOY)) {
      assertThat(files.map(Path::getFileName))
          .allMatch(file -> page.contains("(deploy/" + file + ")"));
    }
  }

  /** As the commands on the page do. */
  private void writeTriton() {
    Path patched = folder.resolve("demo.onnx");
    Intervention target = Target.parse("1.resid_post:add", OptionalInt.empty());
    Path model = TestServer.patched(folder.resolve("steerc-demo")).model();
    Steerc.patch(model, Request.of(List.of(target), InputMode.REQUIRED), patched);
    TritonModel.export(patched, folder.resolve("repository"), "demo", OptionalInt.empty());
  }

  @Test
  void optionsOnThePageExist() throws Exception {
    Set<String> known =
        new TreeSet<>(List.of("--build-arg", "--files")); // buildah's, spark-submit's
    for (String command : List.of("serve", "generate", "learn")) {
      known.addAll(
          Main.commandLine(command)
              .getSubcommands()
              .get(command)
              .getCommandSpec()
              .optionsMap()
              .keySet());
    }
    Set<String> named =
        OPTION
            .matcher(Files.readString(PAGE))
            .results()
            .map(found -> found.group(1))
            .collect(Collectors.toSet());
    assertThat(named).contains("--stop-timeout", "--cache-memory").isSubsetOf(known);
  }

  @ParameterizedTest
  @MethodSource("pods")
  void serverTakesItsArguments(Map<String, Object> pod) {
    parse(args(pod));
    assertThat(option(pod, "--host")).isEqualTo("0.0.0.0");
  }

  @Test
  void serverTakesTheImagesArguments() {
    Matcher command = Pattern.compile("CMD (\\[.*?])", Pattern.DOTALL).matcher(containerFile);
    assertThat(command.find()).isTrue();
    List<?> words = (List<?>) Json.parse(command.group(1).replace("\\\n", ""));
    parse(words.stream().map(String::valueOf).toList());
    assertThat(words.toString()).contains("--host, 0.0.0.0").contains("--api-key-file");
  }

  private static void parse(List<String> words) {
    String[] all = words.toArray(String[]::new);
    assertThatCode(() -> Main.commandLine(all).parseArgs(all)).doesNotThrowAnyException();
    assertThat(all[0]).isEqualTo("serve");
  }

  @Test
  void serverAnswersWhereItIsAsked() throws Exception {
    List<String> addresses = new ArrayList<>();
    for (Map<String, Object> pod : pods()) {
      Map<String, Object> container = map(at(pod, "containers", 0));
      for (String probe : List.of("startupProbe", "readinessProbe", "livenessProbe")) {
        addresses.add((String) at(container, probe, "httpGet", "path"));
        Object port = at(container, probe, "httpGet", "port");
        boolean isKnown = port.equals(at(container, "ports", 0, "name"));
        assertThat(isKnown || port.equals(at(container, "ports", 0, "containerPort"))).isTrue();
      }
      Object port = at(container, "ports", 0, "containerPort");
      assertThat(option(pod, "--port")).isEqualTo(String.valueOf(port));
      assertThat(containerFile).contains("EXPOSE " + port + "\n");
    }
    Path keys = Files.writeString(folder.resolve("keys.txt"), "use 0123456789abcdef\n");
    try (TestServer server =
        TestServer.start(folder.resolve("demo"), options -> withKeys(options, keys))) {
      assertThat(server.get("/v1/models").status()).isEqualTo(401); // who probes has no key
      for (String address : addresses) {
        assertThat(server.get(address).status()).as(address).isEqualTo(200);
      }
    }
  }

  private static ServeOptions withKeys(ServeOptions options, Path keys) {
    return new ServeOptions(
        options.host(),
        options.port(),
        options.name(),
        options.vectors(),
        Optional.of(keys),
        options.limits(),
        options.jsonLog(),
        options.logPrompts(),
        options.inline(),
        options.origins());
  }

  @ParameterizedTest
  @MethodSource("pods")
  void everyPathIsMounted(Map<String, Object> pod) {
    Set<Object> volumes = new TreeSet<>();
    ((List<?>) pod.get("volumes")).forEach(volume -> volumes.add(map(volume).get("name")));
    List<String> mounted = new ArrayList<>(List.of("/mnt/models")); // KServe's own
    for (Object mount : (List<?>) at(pod, "containers", 0, "volumeMounts")) {
      assertThat(volumes).contains(map(mount).get("name"));
      mounted.add((String) map(mount).get("mountPath"));
    }
    List<String> paths =
        List.of(args(pod).get(1), option(pod, "--vectors"), option(pod, "--api-key-file"), "/tmp");
    for (String path : paths) {
      assertThat(mounted)
          .as(path)
          .anyMatch(mount -> path.equals(mount) || path.startsWith(mount + "/"));
    }
  }

  @ParameterizedTest
  @MethodSource("pods")
  void podHasNoRights(Map<String, Object> pod) {
    Map<String, Object> container = map(at(pod, "containers", 0));
    Map<String, Object> may = map(container.get("securityContext"));
    Map<String, Object> user = map(pod.getOrDefault("securityContext", may));
    assertThat(may.get("readOnlyRootFilesystem")).isEqualTo(true);
    assertThat(may.get("allowPrivilegeEscalation")).isEqualTo(false);
    assertThat(at(may, "capabilities", "drop")).isEqualTo(List.of("ALL"));
    assertThat(at(user, "seccompProfile", "type")).isEqualTo("RuntimeDefault");
    assertThat(containerFile).contains("USER " + user.get("runAsUser") + ":");
    assertThat(container.get("image")).isEqualTo("steerc:" + Steerc.VERSION);
    assertThat(at(container, "resources", "requests", "memory"))
        .isEqualTo(at(container, "resources", "limits", "memory"));
  }

  /** The pause, and what the server takes to finish, fit into what it is given. */
  @ParameterizedTest
  @MethodSource("pods")
  void stopHasTime(Map<String, Object> pod) {
    if (pod.get("terminationGracePeriodSeconds") instanceof Integer given) {
      List<?> sleep = (List<?>) at(pod, "containers", 0, "lifecycle", "preStop", "exec", "command");
      int pause = Integer.parseInt((String) sleep.get(1));
      int stop = Integer.parseInt(option(pod, "--stop-timeout").replace("s", ""));
      assertThat(given).isGreaterThan(pause + stop);
      assertThat(args(pod)).contains("--stop-timeout=" + stop + "s");
    } else {
      assertThat(args(pod)).noneMatch(arg -> arg.startsWith("--stop-timeout"));
    }
  }

  @Test
  void oneServerWritesVectorsAndNoOther() throws Exception {
    for (Map<String, Object> pod : pods()) {
      boolean isWriter = option(pod, "--api-key-file").equals("/keys/admin.txt");
      List<?> mounts = (List<?>) at(pod, "containers", 0, "volumeMounts");
      Object readOnly =
          mounts.stream()
              .map(Manifests::map)
              .filter(mount -> mount.get("name").equals("vectors"))
              .map(mount -> mount.getOrDefault("readOnly", false))
              .findFirst()
              .orElseThrow();
      assertThat(readOnly).isEqualTo(!isWriter);
    }
    assertThat(at(deployment("steerc-vectors"), "spec", "replicas")).isEqualTo(1);
    assertThat(at(deployment("steerc-vectors"), "spec", "strategy", "type")).isEqualTo("Recreate");
    assertThat(Files.readString(PAGE))
        .contains("secret generic steerc-keys --from-file=use.txt --from-file=admin.txt");
  }

  @Test
  void selectorsMeetTheirPods() {
    for (String name : List.of("steerc", "steerc-vectors")) {
      Map<String, Object> labels =
          map(at(deployment(name), "spec", "template", "metadata", "labels"));
      Map<String, Object> chosen = map(at(deployment(name), "spec", "selector", "matchLabels"));
      assertThat(labels).containsAllEntriesOf(chosen);
      Map<String, Object> service = map(at(kubernetes.get("Service", name), "spec", "selector"));
      assertThat(service).isEqualTo(chosen);
    }
    assertThat(
            at(kubernetes.get("PodDisruptionBudget", "steerc"), "spec", "selector", "matchLabels"))
        .isEqualTo(at(deployment("steerc"), "spec", "selector", "matchLabels"));
    assertThat(at(kubernetes.get("HorizontalPodAutoscaler", "steerc"), "spec", "scaleTargetRef"))
        .isEqualTo(Map.of("apiVersion", "apps/v1", "kind", "Deployment", "name", "steerc"));
    assertThat(map(deployment("steerc").get("spec"))).doesNotContainKey("replicas");
  }

  @Test
  void kserveServicesNameTheirRuntimes() {
    for (String name : List.of("steered", "steered-triton")) {
      Object model = at(kserve.get("InferenceService", name), "spec", "predictor", "model");
      Object runtime = kserve.get("ServingRuntime", (String) at(model, "runtime"));
      assertThat(at(runtime, "spec", "supportedModelFormats", 0, "name"))
          .isEqualTo(at(model, "modelFormat", "name"));
      assertThat((List<?>) at(runtime, "spec", "protocolVersions"))
          .anyMatch(at(model, "protocolVersion")::equals);
    }
  }
}
