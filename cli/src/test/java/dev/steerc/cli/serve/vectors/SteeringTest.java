package dev.steerc.cli.serve.vectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steerc.cli.serve.TestServer;
import dev.steerc.cli.serve.TestServer.Answer;
import dev.steerc.cli.serve.http.Body;
import dev.steerc.cli.serve.http.Limits;
import dev.steerc.cli.serve.ops.Log;
import dev.steerc.cli.serve.ops.Meters;
import dev.steerc.manifest.Json;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.steering.SteerText;
import dev.steerc.runtime.steering.Steering;
import dev.steerc.runtime.steering.Term;
import dev.steerc.runtime.steering.Vector;
import dev.steerc.runtime.steering.VectorFile;
import dev.steerc.runtime.steering.VectorStore;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SteeringTest {
  private static TestServer server;
  private static SteeredModel model;
  private static VectorStore store;
  private static SteeringReader reader;

  @BeforeAll
  static void start(@TempDir Path folder) {
    server = TestServer.start(folder.resolve("demo"));
    model = server.model();
    VectorFile question = VectorFile.open(server.vectors().resolve("kitchen-question.safetensors"));
    Map<String, String> gate = Map.of("when", "@2.resid_mid>-0.5");
    VectorFile.write(question.vector(), gate, server.vectors().resolve("gate.safetensors"));
    store = VectorStore.open(server.vectors());
    reader = reader(true);
  }

  private static SteeringReader reader(boolean inline) {
    Registry registry =
        new Registry(model, server.vectors(), Limits.DEFAULT, new Meters(), Log.NONE);
    return new SteeringReader(model, registry, inline);
  }

  @AfterAll
  static void stop() {
    reader.registry().close();
    server.close();
  }

  private static Steering read(Object steering) {
    return reader.read(new Body(Json.object("steering", steering), ""), Optional.empty());
  }

  private static Steering asTyped(String... texts) {
    return Steering.of(Arrays.stream(texts).map(SteeringTest::term).toArray(Term[]::new));
  }

  private static Term term(String text) {
    SteerText parsed = SteerText.parse(text);
    return parsed.term(store.named(parsed.source()).vector());
  }

  private static void check(Object steering, Steering expected) {
    assertThat(read(steering).fingerprint()).isEqualTo(expected.fingerprint());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '#',
      value = {
        "joy | joy",
        "joy:4 | joy:4",
        "joy:4, formal:-1 | joy:4;formal:-1",
        "joy:4,formal:-1@2 | joy:4;formal:-1@2",
        "formal:2@0-1,3:generated, joy | formal:2@0-1,3:generated;joy",
        "formal:2@0,3.resid_mid,joy:1 | formal:2@0,3.resid_mid;joy:1",
        "ablate=formal:1@1, clamp=joy:30 | ablate=formal:1@1;clamp=joy:30",
        "joy:4:half-life:20 | joy:4:half-life:20",
      })
  void aShortTextIsWhatTheCommandTakes(String text, String typed) {
    check(text, asTyped(typed.split(";")));
    check(List.of((Object[]) typed.split(";")), asTyped(typed.split(";")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "", " none "})
  void noneIsNone(String text) {
    assertThat(read(text).isNone()).isTrue();
    assertThat(read(List.of()).isNone()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '#',
      value = {
        "{'vector':'joy'} | joy",
        "{'vector':'joy','strength':-2.5} | joy:-2.5",
        "{'vector':'formal','layers':'0-1'} | formal@0-1",
        "{'vector':'formal','layers':2} | formal@2",
        "{'vector':'formal','layers':[1,3]} | formal@1,3",
        "{'vector':'formal','layers':'2.resid_mid'} | formal@2.resid_mid",
        "{'vector':'joy','positions':'generated','decay':'linear:20'} | joy:generated:linear:20",
        "{'vector':'joy','positions':'last:2','layers':null} | joy:last:2",
        "{'vector':'formal','op':'ablate','strength':0.5} | ablate=formal:0.5",
        "{'vector':'joy','op':'reflect'} | reflect=joy",
        "{'vector':'joy','op':'clamp','level':30} | clamp=joy:30",
        "{'vector':'joy','level':30} | clamp=joy:30",
        "{'vector':'joy','op':'add'} | joy",
      })
  void anObjectIsTheSameInFields(String json, String typed) {
    check(List.of(Served.json(json)), asTyped(typed));
  }

  @Test
  void conditionsAreNamedOrWritten() {
    Term refuse = term("refusal:1.5").when(store.condition("gate"));
    check(
        List.of(Json.object("vector", "refusal", "strength", 1.5, "when", "gate")),
        Steering.of(refuse));
    check(
        List.of(Json.object("vector", "refusal", "when", "kitchen-question@2.resid_mid<0.1")),
        Steering.of(term("refusal").when(store.condition("kitchen-question@2.resid_mid<0.1"))));
  }

  @Test
  void aRequestMayBringItsOwnVector() {
    float[] values =
        store.get("joy").acting().values().iterator().next().tensors().get("vector").values();
    List<Double> numbers = doubles(values);
    check(
        List.of(Json.object("values", numbers, "site", "1.resid_mid", "strength", 2)),
        asTyped("joy:2"));
    check(
        List.of(Json.object("sites", Json.object("1.resid_mid", numbers), "op", "ablate")),
        asTyped("ablate=joy"));
    Term placed =
        Term.of(Vector.of("x", values), 1).at(model.ports().steerable().iterator().next());
    check(
        List.of(Json.object("values", numbers, "layers", "0.resid_mid", "name", "mine")),
        Steering.of(placed));
    assertThat(
            read(List.of(Json.object("values", numbers, "site", "1.resid_mid", "name", "joy")))
                .terms()
                .get(0)
                .vector()
                .name())
        .isEqualTo("inline:joy");
  }

  private static List<Double> doubles(float[] values) {
    return java.util.stream.IntStream.range(0, values.length)
        .mapToObj(i -> (double) values[i])
        .toList();
  }

  @Test
  void inlineVectorsCanBeSwitchedOff() {
    SteeringReader strict = reader(false);
    Object own =
        List.of(Json.object("values", Collections.nCopies(128, 1.0), "site", "1.resid_mid"));
    assertThatThrownBy(
            () -> strict.read(new Body(Json.object("steering", own), ""), Optional.empty()))
        .hasMessageContaining("takes no vectors with a request");
    strict.registry().close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '#',
      value = {
        "[{'vector':'joy'},{'vector':'formal','strength':'4'}] | 400 | bad-request | steering[1].strength | no number",
        "[{'vector':'joy','strength':1e999}] | 400 | bad-request | steering[0].strength | no number",
        "[{'vector':'joy','strength':1e300}] | 400 | bad-strength | steering[0] | cannot be",
        "[{'vector':'jo'}] | 404 | vector-not-found | steering[0].vector | did you mean `joy`? GET /v1/vectors",
        "[{'vector':'../vectors/joy.safetensors'}] | 404 | vector-not-found | steering[0].vector | no vector",
        "[{'vector':'joy','when':'/etc/hostname'}] | 404 | vector-not-found | steering[0].when | no vector",
        "[{'vector':'joy','when':'joy>2'}] | 400 | bad-steer | steering[0].when | cannot be understood",
        "[{'vector':'joy','when':'joy'}] | 400 | bad-steer | steering[0].when | does not say when",
        "[{'vector':'joy','when':'joy@9>0.1'}] | 400 | site-not-named | steering[0].when | such as harm@3.resid_mid>0.2",
        "[{'vector':'joy','layers':'9'}] | 400 | layer-out-of-range | steering[0] | layer 9 does not exist",
        "[{'vector':'joy','layers':'3'}] | 400 | site-not-named | steering[0] | it has 1.resid_mid",
        "[{'vector':'joy','layers':'high'}] | 400 | bad-request | steering[0].layers | 4-6",
        "[{'vector':'joy','layers':[-1]}] | 400 | bad-request | steering[0].layers | numbers",
        "[{'vector':'joy','layers':{}}] | 400 | bad-request | steering[0].layers | numbers",
        "[{'vector':'joy','layer':1}] | 400 | bad-request | steering[0].layer | did you mean `layers`",
        "[{'vector':'joy','positions':'some'}] | 400 | bad-request | steering[0].positions | after:N",
        "[{'vector':'joy','decay':'fast'}] | 400 | bad-request | steering[0].decay | half-life:N",
        "[{'vector':'joy','op':'explode'}] | 400 | bad-request | steering[0].op | reflect",
        "[{'vector':'joy','op':'clamp'}] | 400 | bad-request | steering[0].level | needs one",
        "[{'vector':'joy','op':'add','level':1}] | 400 | bad-request | steering[0].level | clamp",
        "[{'vector':'compliance','op':'add'}] | 400 | vector-shape | steering[0].op | is missing",
        "[{'strength':1}] | 400 | bad-request | steering[0].vector | missing",
        "[{'vector':'joy','values':[1]}] | 400 | bad-request | steering[0].vector | not all there is",
        "[{'values':[1,2],'site':'1.resid_mid'}] | 400 | vector-width | steering[0] | width 2, the stream 128",
        "[{'values':[1,1e39],'site':'1.resid_mid'}] | 400 | bad-request | steering[0].values[1] | no finite float32",
        "[{'values':[1,'x']}] | 400 | bad-request | steering[0].values[1] | no finite float32",
        "[{'values':[]}] | 400 | bad-request | steering[0].values | no values",
        "[{'values':[1],'site':'everywhere'}] | 400 | bad-request | steering[0].site | no site",
        "[{'values':[1],'name':'../x'}] | 400 | vector-name | | no name",
        "[1] | 400 | bad-request | steering[0] | neither",
        "{'vector':'joy'} | 400 | bad-request | steering | neither a text nor a list",
        "7 | 400 | bad-request | steering | neither a text nor a list",
        "'joy:x' | 400 | bad-steer | steering | cannot be understood",
        "'joy:4,,formal' | 400 | bad-steer | steering | cannot be understood",
        "'joy:inf' | 400 | bad-strength | steering | cannot be inf",
        "'jox:1' | 404 | vector-not-found | steering | did you mean `joy`",
      })
  void whatIsWrongNamesItsField(
      String steering, int status, String code, String param, String message) {
    Answer answer = TestServer.send(Served.request(server, steering.replace('\'', '"')));
    Map<?, ?> error = (Map<?, ?>) answer.json().get("error");
    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    assertThat(error.get("code")).isEqualTo(code);
    assertThat(error.get("param")).isEqualTo(param);
    assertThat((String) error.get("message"))
        .contains(message)
        .doesNotContain("--", "steerc patch", server.vectors().getParent().toString());
  }

  @Test
  void noMoreThan64VectorsAndNoEndlessNames() {
    Object[] many = Collections.nCopies(65, "joy:0.01").toArray();
    Answer list = server.post("/v1/completions", Served.body(List.of(many)));
    assertThat(list.text()).contains("more than 64 vectors");
    Answer text = server.post("/v1/completions", Served.body("joy,".repeat(100_000)));
    assertThat(text.text()).contains("more than 64 vectors");
    Answer name = server.post("/v1/completions", Served.body("x".repeat(500_000)));
    assertThat(name.status()).isEqualTo(404);
    assertThat(name.text()).hasSizeLessThan(1000);
    assertThat(read(List.of(many).subList(0, 64)).terms()).hasSize(64);
  }

  @Test
  void anAliasIsAVectorAndSteeringGoesBeforeIt() {
    Body silent = new Body(Json.object("steering", null), "");
    assertThat(reader.read(silent, Optional.of("joy")).fingerprint())
        .isEqualTo(asTyped("joy").fingerprint());
    Body own = new Body(Json.object("steering", "calm:2"), "");
    assertThat(reader.read(own, Optional.of("joy")).fingerprint())
        .isEqualTo(asTyped("calm:2").fingerprint());
    assertThatThrownBy(() -> reader.read(silent, Optional.of("../joy")))
        .isInstanceOf(SteercException.class)
        .hasMessageContaining("vector-not-found");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "none",
        "joy:2",
        "joy:2, formal:-1@1-2",
        "ablate=formal, joy:1:half-life:8",
        "pirate:1:generated"
      })
  void textsAreThoseThatTheModelGeneratesAlone(String steering) {
    Served served = Served.by(server, steering);
    Steering read = read(steering);
    assertThat(served.isAlone(model, read.terms().toArray(Term[]::new))).isTrue();
    assertThat(served.receipt().get("fingerprint"))
        .isEqualTo(read.isNone() ? null : read.fingerprint());
  }

  @Test
  void aReceiptTellsAllThatWasDone() {
    Object steering =
        List.of(
            "formal:-1@1-2:generated:linear:9",
            Json.object("vector", "refusal", "op", "ablate", "when", "gate"));
    Served served = Served.by(server, steering);
    assertThat(served.receipt().get("model")).isEqualTo(model.ports().base());
    Map<?, ?> formal = served.vectors().get(0);
    assertThat(formal.get("vector")).isEqualTo("formal");
    assertThat(formal.get("op")).isEqualTo("add");
    assertThat(formal.get("strength")).isEqualTo(-1.0);
    assertThat(formal.get("sites")).isEqualTo(List.of("1.resid_mid", "2.resid_mid"));
    assertThat(formal.get("positions")).isEqualTo("generated");
    assertThat(formal.get("decay")).isEqualTo("linear:9");
    assertThat(formal.get("revision")).isEqualTo(revision("formal"));
    Map<?, ?> refusal = served.vectors().get(1);
    assertThat(refusal.get("op")).isEqualTo("ablate");
    assertThat(refusal.get("revision")).isEqualTo(revision("refusal"));
    assertThat((String) refusal.get("when")).isEqualTo("gate@2.resid_mid>-0.5");
    assertThat(refusal.get("when_revision")).isEqualTo(revision("gate"));
    Map<?, ?> reading = (Map<?, ?>) ((List<?>) served.receipt().get("readings")).get(0);
    assertThat(reading.get("vector")).isEqualTo("refusal");
    assertThat((Double) reading.get("cosine")).isBetween(-1.0, 1.0);
    assertThat(reading.get("acts")).isInstanceOf(Boolean.class);
  }

  @Test
  void aReceiptTellsTheLevelOfAClamp() {
    Served typed = Served.by(server, "clamp=joy:2.5");
    assertThat(typed.vectors().get(0).get("level")).isEqualTo(2.5);
    Served fields = Served.by(server, List.of(Json.object("vector", "joy", "level", -1)));
    assertThat(fields.vectors().get(0).get("op")).isEqualTo("clamp");
    assertThat(fields.vectors().get(0).get("level")).isEqualTo(-1.0);
    assertThat(Served.by(server, "joy:2").vectors().get(0).containsKey("level")).isFalse();
  }

  private static Object revision(String name) {
    return server.get("/v1/vectors/" + name).json().get("revision");
  }

  @Test
  void aPlainTextHasAReceiptToo() {
    Served served = Served.by(server, "none");
    assertThat(served.receipt().get("fingerprint")).isNull();
    assertThat(served.vectors()).isEmpty();
    assertThat(served.receipt().keySet().stream().map(Object::toString).collect(Collectors.toSet()))
        .containsExactlyInAnyOrder("fingerprint", "model", "seed", "vectors", "readings");
  }

  @Test
  void aRevisionIsOfTheContentWhateverItIsUsedAs() {
    Vector joy = store.get("joy");
    Vector other = joy.as("clamp", OptionalDouble.of(3)).as("reflect", OptionalDouble.empty());
    assertThat(other.revision()).isEqualTo(joy.revision());
    assertThat(store.get("calm").revision()).isNotEqualTo(joy.revision());
    assertThat(joy.at(java.util.Set.of()).revision()).isEqualTo(joy.revision());
  }
}
