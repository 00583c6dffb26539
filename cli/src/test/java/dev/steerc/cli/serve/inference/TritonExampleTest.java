package dev.steerc.cli.serve.inference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.Steerc;
import dev.steerc.cli.serve.TestServer;
import dev.steerc.models.TestData;
import dev.steerc.plan.InputMode;
import dev.steerc.plan.Request;
import dev.steerc.plan.Target;
import dev.steerc.runtime.triton.TritonModel;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The request that is written beside a model for Triton is one that the graph takes. */
class TritonExampleTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "withpast,OPTIONAL",
    "withpast,REQUIRED",
    "merged,REQUIRED",
    "fused,OPTIONAL",
    "static-idsonly-ir3,REQUIRED",
    "fp16,REQUIRED"
  })
  void exampleRuns(String graph, InputMode mode) throws Exception {
    Path model = folder.resolve("graph.onnx");
    Steerc.patch(
        TestData.root().resolve("testdata/graphs/" + graph + ".onnx"),
        Request.of(
            List.of("1.resid_post:add", "2.mlp_out:project").stream()
                .map(t -> Target.parse(t, OptionalInt.empty()))
                .toList(),
            mode),
        model);
    Path written =
        TritonModel.export(model, folder.resolve("repository"), "it", OptionalInt.of(0)).folder();
    try (TestServer server = TestServer.of(written.resolve("1/model.onnx"), folder)) {
      TestServer.Answer answer =
          TestServer.send(
              HttpRequest.newBuilder(server.at(Client.INFER))
                  .POST(HttpRequest.BodyPublishers.ofFile(written.resolve("example.json"))));
      assertThat(answer.status()).as(answer.text()).isEqualTo(200);
      assertThat(Files.readString(written.resolve("example.json"))).contains("steer.blocks.1");
      Map<?, ?> first = (Map<?, ?>) ((List<?>) answer.json().get("outputs")).get(0);
      assertThat(Numbers.read(first).values()).isNotEmpty();
    }
  }
}
