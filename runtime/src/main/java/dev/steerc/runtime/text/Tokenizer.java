package dev.steerc.runtime.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.format.Digest;
import dev.steerc.runtime.format.FileBytes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import java.util.stream.LongStream;

/** Turns text into token ids and back, exactly as the model was trained with. Safe for threads. */
public final class Tokenizer implements AutoCloseable {
  private static final int MAX_FILE = 256 << 20;

  /** The library cuts at 512 tokens and pads unless told not to. */
  private static final Map<String, String> OPTIONS =
      Map.of("truncation", "false", "padding", "false");

  private final Path file;
  private final HuggingFaceTokenizer tokenizer;
  private final int size;
  private final Fragments fragments;

  /** Closing frees memory that the library reads meanwhile. */
  private final ReadWriteLock lock = new ReentrantReadWriteLock();

  private boolean closed;

  private Tokenizer(Path file, HuggingFaceTokenizer tokenizer, TokenizerDocument document) {
    this.file = file;
    this.tokenizer = tokenizer;
    this.size = document.size();
    this.fragments = document.fragments();
  }

  /**
   * The tokenizer of a model: {@code tokenizer.json}, else {@code vocab.json} with {@code
   * merges.txt}, in the model's folder or in the one above a folder {@code onnx}.
   *
   * @param model an ONNX file or the folder it is in
   */
  public static Optional<Tokenizer> beside(Path model) {
    return Beside.of(model).folders().stream()
        .flatMap(folder -> fileIn(folder).stream())
        .findFirst()
        .map(Tokenizer::load);
  }

  /**
   * The tokenizer of a file that the user names.
   *
   * @param path a tokenizer.json, a vocab.json beside its merges.txt, or their folder
   */
  public static Tokenizer open(Path path) {
    Optional<Path> file =
        Files.isDirectory(path) ? fileIn(path) : Optional.of(path).filter(Files::exists);
    return load(
        file.orElseThrow(
            () ->
                Problem.of(Code.NO_TOKENIZER, "no tokenizer at `" + path + "`")
                    .at(path)
                    .help("pass a tokenizer.json, or the folder that it is in")
                    .exception()));
  }

  private static Optional<Path> fileIn(Path folder) {
    Path whole = folder.resolve("tokenizer.json");
    Path vocabulary = folder.resolve(Gpt2Files.VOCABULARY);
    if (Files.exists(whole)) {
      return Optional.of(whole);
    }
    boolean both = Files.exists(vocabulary) && Files.exists(folder.resolve(Gpt2Files.MERGES));
    return both ? Optional.of(vocabulary) : Optional.empty();
  }

  private static Tokenizer load(Path file) {
    String text =
        Gpt2Files.isVocabulary(file)
            ? Gpt2Files.document(file, MAX_FILE)
            : JsonFile.text(file, MAX_FILE, Code.BAD_TOKENIZER);
    TokenizerDocument document =
        new TokenizerDocument(JsonFile.parse(text, file, Code.BAD_TOKENIZER));
    return new Tokenizer(file, load(file, document.checked()), document);
  }

  private static HuggingFaceTokenizer load(Path file, String json) {
    // else the library asks the network for the machine's identity
    System.setProperty("ai.djl.offline", "true");
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    try {
      return HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(bytes), OPTIONS);
    } catch (IOException | RuntimeException e) {
      throw failed(file, "the tokenizer cannot be loaded", e);
    } catch (LinkageError e) {
      throw new SteercException(
          Problem.of(Code.NO_TOKENIZER, "the tokenizer library does not load on this machine")
              .at(file)
              .note(words(e))
              .help("prompt with --ids"),
          e);
    }
  }

  /** The file it was read from. */
  public Path file() {
    return file;
  }

  /** The SHA-256 of that file, as {@code sha256:…}: what tells one tokenizer from another. */
  public String digest() {
    return "sha256:" + Digest.sha256(FileBytes.read(file, MAX_FILE, Code.BAD_TOKENIZER));
  }

  /** The ids of a text, with the tokens that the tokenizer puts around every text. */
  public long[] encode(String text) {
    return encode(text, true);
  }

  /**
   * The ids of a text.
   *
   * @param special whether to put in the tokens around every text; a chat template writes its own
   */
  public long[] encode(String text, boolean special) {
    return call("the text cannot become tokens", () -> ids(whole(text), special));
  }

  private long[] ids(String text, boolean special) {
    return tokenizer.encode(text, special, false).getIds();
  }

  /** The text of ids, without the tokens that only mark a place. */
  public String decode(long... ids) {
    return decode(ids, true);
  }

  /**
   * The text of ids; an id that the vocabulary lacks gives none.
   *
   * @param skipSpecial whether to leave out tokens that only mark a place, such as the end
   */
  public String decode(long[] ids, boolean skipSpecial) {
    // the library takes 32 bits of each id, so that others would turn into tokens
    long[] known = LongStream.of(ids).filter(id -> id >= 0 && id <= 0xffffffffL).toArray();
    return call("the tokens cannot become text", () -> tokenizer.decode(known, skipSpecial));
  }

  /** The bytes of a token that is a part of a character; empty for one that is whole text. */
  public Optional<byte[]> fragment(long id) {
    return fragments.of(id);
  }

  /** One more than the highest id, added tokens included. */
  public int size() {
    return size;
  }

  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      closed = true;
      tokenizer.close();
    } finally {
      lock.writeLock().unlock();
    }
  }

  private <T> T call(String failure, Supplier<T> work) {
    lock.readLock().lock();
    try {
      if (closed) {
        throw Problem.of(Code.MODEL_CLOSED, "the tokenizer is closed").at(file).exception();
      }
      return work.get();
    } catch (SteercException e) {
      throw e;
    } catch (RuntimeException e) {
      throw failed(file, failure, e);
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Half of a surrogate pair is no character, and would garble the whole text. */
  private static String whole(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_16LE), StandardCharsets.UTF_16LE);
  }

  private static SteercException failed(Path file, String what, Exception cause) {
    return new SteercException(
        Problem.of(Code.BAD_TOKENIZER, what)
            .at(file)
            .note(words(cause))
            .help("fetch the file again from where the model came from"),
        cause);
  }

  private static String words(Throwable cause) {
    String words = String.valueOf(cause.getMessage()).strip().replaceAll("\\s+", " ");
    words = words.replaceAll(" at line \\d+ column \\d+$", "");
    return words.length() > 300 ? words.substring(0, 300) + "…" : words;
  }
}
