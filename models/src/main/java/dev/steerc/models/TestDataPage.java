package dev.steerc.models;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The page that tells what lies in {@code testdata}. */
final class TestDataPage {
  private static final String TEMPLATE =
      """
    # Test data

    Small decoders with random weights, written by `dev.steerc.models.TestData`. Do not edit them:
    change the program and write them anew with

    ```
    mvn -q -pl compiler,models test -Dtest=TestDataTest -Dsteerc.rewrite=true \\
        -Dsurefire.failIfNoSpecifiedTests=false
    ```

    The same test fails when a file is not what the program writes, byte for byte, and runs every
    graph in ONNX Runtime against `Gpt2Reference`, a forward pass that looks at no graph.

    ## graphs/

    Spellings of one GPT-2: %d blocks, hidden %d, %d heads, vocabulary %d, %d positions. `one-block` is
    another model; `short` and all below it spell a third one of 2 blocks and hidden 32. The last
    column is how far the output may lie from the reference. ONNX Runtime has no arithmetic in
    bfloat16 for the CPU (Cast, Gather, Reshape, Transpose, Concat and Split are all it has), so that
    `bf16` is patched and not run.

    | file | what it is | IR | opset | within |
    | --- | --- | --- | --- | --- |
    %s

    ## families/

    Decoders of the published architectures, with a [page of their own](families/README.md).

    ## containers/

    The model of `short` inside operators of ONNX Runtime that generate with it.

    | file | what it is |
    | --- | --- |
    %s

    ## refused/

    Graphs in which no residual stream can be proven; `inspect` and `patch` must say why.

    | file | what it is | what a user is told |
    | --- | --- | --- |
    %s

    ## genai/

    A rotary decoder with GroupQueryAttention, 2 blocks, hidden 32, with buffers for 24 tokens, in a folder as
    onnxruntime-genai's model builder writes it. `CachedLlama` writes it with other caches, too.

    ## tokenizer/ and vectors/

    A tokenizer of as many tokens, mostly letters, and random vectors of the width of the graphs:
    `north.npy` belongs nowhere, `east.safetensors` to the outputs of blocks 1 and 2.
    """;

  private TestDataPage() {}

  static String text() {
    Gpt2.Config config = TestData.graphs().get(0).model().config();
    return TEMPLATE.formatted(
        config.blocks(),
        config.hidden(),
        config.heads(),
        config.vocab(),
        config.positions(),
        lines(TestData.graphs(), TestDataPage::row),
        lines(TestData.containers(), c -> "| %s | %s |".formatted(c.fileName(), c.about())),
        lines(
            TestData.refused(),
            g -> "| %s | %s | %s |".formatted(g.fileName(), g.about(), g.reason())));
  }

  private static String row(TestGraph graph) {
    return "| %s.onnx | %s | %d | %d | %s |"
        .formatted(
            graph.name(),
            graph.about(),
            graph.dialect().ir(),
            graph.dialect().opset(),
            graph.tolerance());
  }

  private static <T> String lines(List<T> graphs, Function<T, String> row) {
    return graphs.stream().map(row).collect(Collectors.joining("\n"));
  }
}
