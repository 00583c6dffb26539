package dev.steerc.runtime.text;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.steerc.models.TinyTokenizer;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.format.Refusal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenizerTest {
  private static final String TEXT = "the thing, été 😀 日本\n\u0000 <|endoftext|> x  y";

  @TempDir Path folder;

  @Test
  void textComesBack() throws IOException {
    TinyTokenizer.write(folder, 512);
    try (Tokenizer tokenizer = Tokenizer.open(folder)) {
      assertThat(tokenizer.decode(tokenizer.encode(TEXT), false)).isEqualTo(TEXT);
      assertThat(tokenizer.encode("the the")).containsExactly(84, 257, 262);
      assertThat(tokenizer.encode("")).isEmpty();
      assertThat(tokenizer.decode()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 96, 256, 257, 512, 2000})
  void vocabularyHasTheSizeThatWasAskedFor(int size) throws IOException {
    TinyTokenizer.write(folder, size);
    try (Tokenizer tokenizer = Tokenizer.open(folder)) {
      assertThat(tokenizer.size()).isEqualTo(size);
      assertThat(tokenizer.encode(" " + TinyTokenizer.END_OF_TEXT)).containsExactly(0, size - 1);
      assertThat(tokenizer.decode(new long[] {0, size - 1}, false))
          .isEqualTo(" " + TinyTokenizer.END_OF_TEXT);
      assertThat(tokenizer.decode(0, size - 1)).isEqualTo(" ");
    }
  }

  @Test
  void tokensAddUpToTheBytesOfTheText() throws IOException {
    TinyTokenizer.write(folder, 512);
    try (Tokenizer tokenizer = Tokenizer.open(folder)) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      int fragments = 0;
      for (long id : tokenizer.encode(TEXT)) {
        String text = tokenizer.decode(new long[] {id}, false);
        assertThat(tokenizer.fragment(id).isPresent()).isEqualTo(text.contains("\ufffd"));
        fragments += tokenizer.fragment(id).isPresent() ? 1 : 0;
        bytes.write(tokenizer.fragment(id).orElse(text.getBytes(StandardCharsets.UTF_8)));
      }
      assertThat(fragments).isEqualTo(2 + 2 + 4 + 3 + 3); // é é 😀 日本
      assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo(TEXT);
    }
  }

  @Test
  void singleBytesStandInForCharacters() throws IOException {
    write(
        """
        {"version":"1.0","model":{"type":"Unigram","unk_id":0,"byte_fallback":true,
         "vocab":[["<unk>",0],["a",-1],["<0xE2>",-9],["<0x41>",-9],["<0xFF>",-9]]},
         "decoder":{"type":"Sequence","decoders":[{"type":"ByteFallback"},{"type":"Fuse"}]}}
        """);
    try (Tokenizer tokenizer = Tokenizer.open(folder)) {
      assertThat(tokenizer.fragment(2)).contains(new byte[] {(byte) 0xe2});
      assertThat(tokenizer.fragment(4)).contains(new byte[] {(byte) 0xff});
      assertThat(tokenizer.fragment(1)).isEmpty();
      assertThat(tokenizer.fragment(3)).isEmpty();
      assertThat(tokenizer.fragment(99)).isEmpty();
    }
  }

  @Test
  void longTextIsNeitherCutNorPadded() throws IOException {
    TinyTokenizer.write(folder, 96);
    try (Tokenizer tokenizer = Tokenizer.open(folder)) {
      assertThat(tokenizer.encode("x".repeat(100_000))).hasSize(100_000);
      assertThat(tokenizer.encode("x")).hasSize(1);
    }
  }

  @Test
  void cuttingAndPaddingInTheFileAreIgnored() throws IOException {
    String truncation =
        "{\"direction\":\"Right\",\"max_length\":2,\"strategy\":\"LongestFirst\",\"stride\":9}";
    write(TinyTokenizer.json(96).replace("\"truncation\":null", "\"truncation\":" + truncation));
    try (Tokenizer tokenizer = Tokenizer.open(folder)) {
      assertThat(tokenizer.encode("abcdef")).hasSize(6);
    }
  }

  @Test
  void tokenizerBeginsTextWhereItsFileSaysSo() throws IOException {
    write(TinyTokenizer.json(96).replace("\"post_processor\":null", BEGINNING));
    try (Tokenizer tokenizer = Tokenizer.open(folder)) {
      assertThat(tokenizer.encode("A")).containsExactly(95, 33);
      assertThat(tokenizer.encode("A", false)).containsExactly(33);
    }
  }

  private static final String BEGINNING =
      """
      "post_processor":{"type":"TemplateProcessing",
        "single":[{"SpecialToken":{"id":"<|endoftext|>","type_id":0}},
                  {"Sequence":{"id":"A","type_id":0}}],
        "pair":[{"Sequence":{"id":"A","type_id":0}},{"Sequence":{"id":"B","type_id":0}}],
        "special_tokens":{"<|endoftext|>":
          {"id":"<|endoftext|>","ids":[95],"tokens":["<|endoftext|>"]}}}""";

  @Test
  void halfASurrogatePairSpoilsOnlyItself() throws IOException {
    TinyTokenizer.write(folder, 512);
    try (Tokenizer tokenizer = Tokenizer.open(folder)) {
      assertThat(tokenizer.decode(tokenizer.encode("😀a\ud800b😀"))).isEqualTo("😀a\ufffdb😀");
    }
  }

  @Test
  void idsBeyondTheVocabularyGiveNoText() throws IOException {
    TinyTokenizer.write(folder, 512);
    try (Tokenizer tokenizer = Tokenizer.open(folder)) {
      long[] ids = {33, 512, -1, 1L << 32 | 34, 0xffffffffL, Long.MIN_VALUE, 34};
      assertThat(tokenizer.decode(ids)).isEqualTo("AB");
    }
  }

  @Test
  void threadsShareOneTokenizer() throws IOException {
    TinyTokenizer.write(folder, 512);
    try (Tokenizer tokenizer = Tokenizer.open(folder)) {
      boolean same =
          IntStream.range(0, 2000)
              .parallel()
              .mapToObj(i -> TEXT + i)
              .allMatch(text -> tokenizer.decode(tokenizer.encode(text), false).equals(text));
      assertThat(same).isTrue();
    }
  }

  @Test
  void closingWaitsForOtherThreads() throws Exception {
    TinyTokenizer.write(folder, 512);
    Tokenizer tokenizer = Tokenizer.open(folder);
    Thread user =
        new Thread(
            () ->
                Refusal.check(
                    Code.MODEL_CLOSED,
                    () -> {
                      while (true) {
                        tokenizer.decode(tokenizer.encode(TEXT.repeat(50)));
                      }
                    }));
    boolean[] failed = {false};
    user.setUncaughtExceptionHandler((thread, e) -> failed[0] = true);
    user.start();
    Thread.sleep(100);
    tokenizer.close();
    tokenizer.close();
    user.join();
    assertThat(failed[0]).isFalse();
  }

  @Test
  void tokenizerIsFoundWhereTheHubPutsIt() throws IOException {
    Path onnx = Files.createDirectory(folder.resolve("onnx"));
    Path model = onnx.resolve("model.onnx");
    assertThat(Tokenizer.beside(model)).isEmpty();
    TinyTokenizer.write(folder, 96);
    checkSize(96, model);
    checkSize(96, onnx);
    TinyTokenizer.writeGpt2Files(onnx, 300);
    checkSize(300, model);
    TinyTokenizer.write(onnx, 97);
    checkSize(97, model);
    assertThat(Tokenizer.beside(folder.resolve("other").resolve("m.onnx"))).isEmpty();
  }

  private static void checkSize(int size, Path model) {
    try (Tokenizer tokenizer = Tokenizer.beside(model).orElseThrow()) {
      assertThat(tokenizer.size()).isEqualTo(size);
    }
  }

  @Test
  void olderFilesGiveTheSameTokens() throws IOException {
    Path older = Files.createDirectory(folder.resolve("older"));
    TinyTokenizer.write(folder, 512);
    TinyTokenizer.writeGpt2Files(older, 512);
    try (Tokenizer one = Tokenizer.open(folder);
        Tokenizer other = Tokenizer.open(older);
        Tokenizer named = Tokenizer.open(older.resolve("vocab.json"))) {
      assertThat(other.encode(TEXT)).isEqualTo(one.encode(TEXT));
      assertThat(named.encode(TEXT)).isEqualTo(one.encode(TEXT));
      assertThat(other.decode(other.encode(TEXT), false)).isEqualTo(TEXT);
      assertThat(other.size()).isEqualTo(512);
    }
  }

  @Test
  void librarysOwnWayKnowsNoBytes() throws IOException {
    System.setProperty("ai.djl.offline", "true");
    TinyTokenizer.writeGpt2Files(folder, 512);
    Path vocabulary = folder.resolve("vocab.json");
    Path merges = folder.resolve("merges.txt");
    try (HuggingFaceTokenizer raw =
        HuggingFaceTokenizer.newInstance(vocabulary, merges, Map.of("truncation", "false"))) {
      assertThat(raw.decode(raw.encode("the thing").getIds())).isNotEqualTo("the thing");
    }
  }

  @Test
  void olderFilesBringTheirAddedTokens() throws IOException {
    TinyTokenizer.writeGpt2Files(folder, 512);
    Files.writeString(folder.resolve("added_tokens.json"), "{\"<|user|>\": 512, \"<|bot|>\": 513}");
    Files.writeString(
        folder.resolve("special_tokens_map.json"),
        "{\"bos_token\": {\"content\": \"<|endoftext|>\"},"
            + " \"additional_special_tokens\": [\"<|bot|>\"]}");
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        "{\"add_bos_token\": true, \"bos_token\": \"<|endoftext|>\", \"added_tokens_decoder\":"
            + " {\"514\": {\"content\": \"<|x|>\", \"special\": true}}}");
    try (Tokenizer tokenizer = Tokenizer.open(folder)) {
      long[] ids = tokenizer.encode("<|user|>A<|bot|><|x|>");
      assertThat(ids).containsExactly(511, 512, 33, 513, 514);
      assertThat(tokenizer.decode(ids)).isEqualTo("<|user|>A");
      assertThat(tokenizer.size()).isEqualTo(515);
    }
  }

  @Test
  void vocabularyOfWordsIsRefused() throws IOException {
    Files.writeString(folder.resolve("vocab.json"), "{\"a</w>\": 0}");
    Files.writeString(folder.resolve("merges.txt"), "");
    Refusal.check(Code.BAD_TOKENIZER, () -> Tokenizer.open(folder));
  }

  @Test
  void absentTokenizersAreAProblem() {
    Refusal.check(Code.NO_TOKENIZER, () -> Tokenizer.open(folder));
    Refusal.check(Code.NO_TOKENIZER, () -> Tokenizer.open(folder.resolve("tokenizer.json")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "hello",
        "null",
        "[]",
        "{}",
        "{\"model\":null}",
        "{\"model\":3}",
        "{\"model\":{\"type\":\"BPE\"}}",
        "{\"model\":{\"type\":\"BPE\",\"vocab\":3,\"merges\":[]}}",
        "{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":-1},\"merges\":[]}}",
        "{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0},\"merges\":[\"a b\"]}}",
        "{\"model\":{\"type\":\"Nothing\",\"vocab\":{}}}"
      })
  void brokenFilesAreAProblem(String json) throws IOException {
    Path file = write(json);
    Problem problem = Refusal.check(Code.BAD_TOKENIZER, () -> Tokenizer.open(folder));
    assertThat(problem.where()).isEqualTo(file.toString());
    assertThat(problem.notes()).hasSize(1);
  }

  @Test
  void bytesThatAreNoTextAreAProblem() throws IOException {
    Files.write(folder.resolve("tokenizer.json"), new byte[] {'"', (byte) 0xff, '"'});
    Refusal.check(Code.BAD_TOKENIZER, () -> Tokenizer.open(folder));
  }

  @Test
  void folderOfThatNameIsAProblem() throws IOException {
    Files.createDirectory(folder.resolve("tokenizer.json"));
    Refusal.check(Code.FILE_UNREADABLE, () -> Tokenizer.open(folder));
  }

  @Test
  void truncatedFilesAreAProblem() throws IOException {
    String json = TinyTokenizer.json(96).strip();
    for (int length = 0; length < json.length(); length += 7) {
      write(json.substring(0, length));
      Refusal.check(Code.BAD_TOKENIZER, () -> Tokenizer.open(folder));
    }
  }

  /** Each of these ended the whole process when the library got it unchecked. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "'continuing_subword_prefix':null|'continuing_subword_prefix':'aaaaa'",
        "'continuing_subword_prefix':null|'continuing_subword_prefix':'a','x':['é']",
        "'normalizer':null|'normalizer':{'type':'Prepend','prepend':''}",
        "'normalizer':null|'normalizer':{'type':'Replace','pattern':{'String':''},'content':'x'}",
        "'normalizer':null|'normalizer':{'type':'Replace','pattern':{'Regex':'a*'},'content':'x'}",
        "'normalizer':null|'normalizer':{'type':'Precompiled','precompiled_charsmap':'AAAA'}",
        "'normalizer':null|'normalizer':{'type':'Precompiled','precompiled_charsmap':"
            + "'BAAAAAD8//8='}",
        "'post_processor':null|'post_processor':{'type':'TemplateProcessing','single':["
            + "{'SpecialToken':{'id':'Q','type_id':0}}],'pair':[],'special_tokens':{}}",
        "'post_processor':null|'post_processor':{'type':'TemplateProcessing','single':["
            + "{'Sequence':{'id':'B','type_id':0}}],'pair':[],'special_tokens':{}}",
        "'decoder':{|'decoder':{'type':'Strip','content':'a','start':0,'stop':9},'other':{",
        "'pre_tokenizer':{|'pre_tokenizer':{'type':'FixedLength','length':0},'other':{"
      })
  void whatWouldEndTheProcessIsRefused(String change) throws IOException {
    String[] parts = change.replace('\'', '"').split("\\|");
    String json = TinyTokenizer.json(300);
    assertThat(json).contains(parts[0]);
    if (change.contains("'x'")) {
      json = json.replace("\"merges\":[", "\"merges\":[\"a é\",");
    }
    write(json.replace(parts[0], parts[1]));
    Refusal.check(Code.BAD_TOKENIZER, () -> Tokenizer.open(folder));
  }

  @Test
  void randomDamageGivesATokenizerOrAProblem() throws IOException {
    long seed = Long.getLong("steerc.seed", 7);
    Random random = new Random(seed);
    byte[] json = TinyTokenizer.json(300).replaceAll("\\s+", "").getBytes(UTF_8);
    for (int i = 0; i < 300; i++) {
      byte[] damaged = json.clone();
      for (int n = random.nextInt(3); n >= 0; n--) {
        damaged[random.nextInt(600)] = (byte) (32 + random.nextInt(95));
      }
      Files.write(folder.resolve("tokenizer.json"), damaged);
      Refusal.orNothing("seed " + seed + ", file " + i, () -> use(folder));
    }
  }

  private static void use(Path folder) {
    try (Tokenizer tokenizer = Tokenizer.open(folder)) {
      tokenizer.decode(tokenizer.encode(TEXT));
      tokenizer.decode(LongStream.range(0, 310).toArray());
    }
  }

  private Path write(String json) throws IOException {
    return Files.writeString(folder.resolve("tokenizer.json"), json);
  }
}
