package dev.steerc.runtime.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steerc.models.TinyTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextStreamTest {
  private static final long SEED = Long.getLong("steerc.seed", 11);

  /** Pieces that are split over tokens, joined to others, or broken. */
  private static final List<String> PIECES =
      List.of(
          "a",
          " the",
          "😀",
          "👩‍👩‍👧",
          "e\u0301",
          "日本",
          "\ufffd",
          "ab",
          "abc",
          "é",
          "\n",
          "<|x|>");

  @TempDir Path folder;
  private Tokenizer tokenizer;

  @BeforeEach
  void open() throws IOException {
    TinyTokenizer.write(folder, 512);
    tokenizer = Tokenizer.open(folder);
  }

  @AfterEach
  void close() {
    tokenizer.close();
  }

  @Test
  void charactersComeWhole() {
    TextStream stream = TextStream.of(tokenizer, List.of());
    List<String> pieces = new ArrayList<>();
    for (long token : tokenizer.encode("A😀B")) {
      pieces.add(stream.push(token));
    }
    assertThat(pieces).containsExactly("A", "", "", "", "😀", "B");
    assertThat(stream.finish()).isEmpty();
  }

  @Test
  void brokenBytesComeOutAtTheEnd() {
    TextStream stream = TextStream.of(tokenizer, List.of());
    long[] ids = tokenizer.encode("A😀");
    assertThat(stream.push(ids[0]) + stream.push(ids[1]) + stream.push(ids[2])).isEqualTo("A");
    assertThat(stream.finish()).isEqualTo("\ufffd");
    assertThat(stream.text()).isEqualTo("A\ufffd");
    assertThat(stream.finish()).isEmpty();
  }

  @Test
  void stopStringsAreNeverShown() {
    TextStream stream = TextStream.of(tokenizer, List.of("\nUser:", "END"));
    List<String> pieces = new ArrayList<>();
    for (long token : tokenizer.encode("a\nUs\nUser: hi")) {
      pieces.add(stream.push(token));
    }
    assertThat(String.join("|", pieces)).isEqualTo("a||||\nUs||||||");
    assertThat(stream.stopped()).isTrue();
    assertThat(stream.finish()).isEmpty();
    assertThat(stream.text()).isEqualTo("a\nUs");
  }

  @Test
  void unfinishedStopStringIsTextAfterAll() {
    TextStream stream = TextStream.of(tokenizer, List.of("END"));
    assertThat(stream.push(37) + stream.push(46)).isEmpty();
    assertThat(stream.stopped()).isFalse();
    assertThat(stream.finish()).isEqualTo("EN");
  }

  @Test
  void stopStringThatIsCompleteFirstCounts() {
    assertThat(cut("xabcx", "abcd", "bc")).isEqualTo("xa");
    assertThat(cut("xabcx", "abc", "ab")).isEqualTo("x");
    assertThat(cut("xabcx", "c", "abc")).isEqualTo("x");
    assertThat(cut("aaab", "aab")).isEqualTo("a");
  }

  private String cut(String text, String... stops) {
    TextStream stream = TextStream.of(tokenizer, List.of(stops));
    for (long token : tokenizer.encode(text)) {
      stream.push(token);
    }
    stream.finish();
    return stream.text();
  }

  @Test
  void emptyStopStringsAreRefused() {
    assertThatThrownBy(() -> TextStream.of(tokenizer, List.of("")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void randomTextEqualsDecodingAtOnce() {
    Random random = new Random(SEED);
    for (int i = 0; i < 400; i++) {
      check(tokenizer, text(random), stops(random), "seed " + SEED + ", text " + i);
    }
  }

  private long[] text(Random random) {
    StringBuilder text = new StringBuilder();
    for (int n = random.nextInt(30); n >= 0; n--) {
      text.append(PIECES.get(random.nextInt(PIECES.size())));
    }
    return tokenizer.encode(text.toString());
  }

  @Test
  void randomBytesEqualDecodingAtOnce() {
    Random random = new Random(SEED);
    for (int i = 0; i < 400; i++) {
      int range = i % 2 == 0 ? 540 : 256;
      long[] ids = random.longs(1 + random.nextInt(150), i % 3 == 0 ? 127 : 0, range).toArray();
      check(tokenizer, ids, stops(random), "seed " + SEED + ", ids " + i);
    }
  }

  private static List<String> stops(Random random) {
    List<String> stops = new ArrayList<>();
    for (int n = random.nextInt(3); n > 0; n--) {
      String stop = PIECES.get(random.nextInt(PIECES.size()));
      stops.add(stop + (random.nextBoolean() ? PIECES.get(random.nextInt(PIECES.size())) : ""));
    }
    return stops;
  }

  /** What is printed never has a broken character, and all of it is the text up to a stop. */
  private static void check(Tokenizer tokenizer, long[] ids, List<String> stops, String what) {
    TextStream stream = TextStream.of(tokenizer, stops);
    StringBuilder printed = new StringBuilder();
    for (long id : ids) {
      printed.append(stream.push(id));
    }
    printed.append(stream.finish());
    String whole = tokenizer.decode(ids);
    int end = firstStop(whole, stops);
    assertThat(printed.toString()).as(what).isEqualTo(whole.substring(0, end));
    assertThat(stream.text()).as(what).isEqualTo(printed.toString());
    assertThat(stream.stopped()).as(what).isEqualTo(end < whole.length());
  }

  /** By the definition: the least end, then the least beginning. */
  private static int firstStop(String text, List<String> stops) {
    for (int end = 1; end <= text.length(); end++) {
      String head = text.substring(0, end);
      int length = stops.stream().filter(head::endsWith).mapToInt(String::length).max().orElse(0);
      if (length > 0) {
        return end - length;
      }
    }
    return text.length();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'type':'Metaspace','replacement':'▁','prepend_scheme':'always','split':true}",
        "{'type':'Sequence','decoders':[{'type':'Replace','pattern':{'String':'▁'},'content':' '},"
            + "{'type':'ByteFallback'},{'type':'Fuse'},"
            + "{'type':'Strip','content':' ','start':1,'stop':0}]}",
        "{'type':'WordPiece','prefix':'##','cleanup':false}",
        "null"
      })
  void textThatDependsOnTheTokenBeforeComesOutRight(String decoder) throws IOException {
    try (Tokenizer pieces = sentencePieces(decoder)) {
      Random random = new Random(SEED);
      for (int i = 0; i < 300; i++) {
        // of the byte tokens only whole characters, since broken ones are taken back
        long[] ids =
            random
                .ints(1 + random.nextInt(60), 0, 8)
                .mapToObj(id -> id == 7 ? LongStream.of(7, 8, 9) : LongStream.of(id))
                .flatMapToLong(part -> part)
                .toArray();
        check(pieces, ids, List.of(), "seed " + SEED + ", ids " + i);
      }
    }
  }

  @Test
  void takenBackCharactersDoNotStopTheStream() throws IOException {
    String decoder = "{'type':'Sequence','decoders':[{'type':'ByteFallback'},{'type':'Fuse'}]}";
    try (Tokenizer pieces = sentencePieces(decoder)) {
      TextStream stream = TextStream.of(pieces, List.of());
      LongStream.of(7, 8, 9, 9, 2, 7).forEach(stream::push);
      stream.finish();
      assertThat(stream.text()).startsWith("☃").endsWith("b\ufffd");
    }
  }

  /** A vocabulary in the manner of SentencePiece: marked words, bytes, and a special token. */
  private Tokenizer sentencePieces(String decoder) throws IOException {
    String json =
        """
        {'version':'1.0','added_tokens':[{'id':6,'content':'<s>','single_word':false,
          'lstrip':false,'rstrip':false,'normalized':false,'special':true}],
         'decoder':%s,
         'model':{'type':'BPE','byte_fallback':true,'merges':[],'vocab':{'▁':0,'▁a':1,'b':2,'##c':3,
           '▁▁':4,'.':5,'<s>':6,'<0xE2>':7,'<0x98>':8,'<0x83>':9}}}
        """
            .formatted(decoder);
    Path file = Files.writeString(folder.resolve("pieces.json"), json.replace('\'', '"'));
    return Tokenizer.open(file);
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "broken", "special", "split"})
  void workPerTokenDoesNotGrow(String kind) {
    AtomicLong work = new AtomicLong();
    TextStream stream =
        new TextStream(
            ids -> {
              work.addAndGet(ids.length);
              return tokenizer.decode(ids);
            },
            List.of());
    int tokens = 5000;
    stream.push(33);
    for (int i = 0; i < tokens; i++) {
      long[] cycle =
          switch (kind) {
            case "x" -> new long[] {88};
            case "broken" -> new long[] {128};
            case "special" -> new long[] {511};
            default -> tokenizer.encode("😀");
          };
      stream.push(cycle[i % cycle.length]);
    }
    stream.finish();
    assertThat(work.get()).isLessThan(100L * tokens);
  }
}
