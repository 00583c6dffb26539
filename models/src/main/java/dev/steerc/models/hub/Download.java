package dev.steerc.models.hub;

import dev.steerc.onnx.Output;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One file on its way into a folder. */
final class Download {
  private static final int CHUNK = 1 << 17;
  private static final Pattern RANGE = Pattern.compile("bytes (\\d{1,18})-\\d{1,18}/(\\d{1,18})");

  private final Hub hub;
  private final URI uri;
  private final HubFile file;
  private final String name;
  private final Path target;
  private final Progress progress;
  private final ByteBuffer buffer = ByteBuffer.allocate(CHUNK);

  /** The tag of the server that the bytes come from; a resumed transfer has to be of the same. */
  private Optional<String> tag = Optional.empty();

  private long fetched;

  Download(Hub hub, URI uri, HubFile file, String name, Path folder, Progress progress) {
    this.hub = hub;
    this.uri = uri;
    this.file = file;
    this.name = name;
    this.target = folder.resolve(name);
    this.progress = progress;
  }

  /** Brings the file to its place, unless it is there. */
  Pulled.Item run() {
    Pulled.Item item = present().orElseGet(this::fetch);
    progress.finished(item);
    return item;
  }

  private Optional<Pulled.Item> present() {
    if (!Files.isRegularFile(target) || target.toFile().length() != file.size()) {
      return Optional.empty();
    }
    try (FileChannel channel = FileChannel.open(target)) {
      Digests digests = new Digests(file);
      digests.updateAll(channel);
      Digests.Result result = digests.finish();
      return result.matches() ? Optional.of(item(result)) : Optional.empty();
    } catch (IOException e) {
      throw Output.failure(target, e);
    }
  }

  private Pulled.Item fetch() {
    try (Part part = Part.open(target, file)) {
      boolean leftover = part.length() > 0;
      complete(part);
      Digests.Result result = part.verdict();
      if (!result.matches() && leftover) {
        // what an earlier run left may be of another version, which is no fault of the hub
        part.clear();
        complete(part);
        result = part.verdict();
      }
      if (!result.matches()) {
        part.discard();
        throw corrupt(
            "the bytes that arrived have another hash than the hub announced",
            "announced " + file.checksum().hex() + ", arrived " + result.hex());
      }
      part.moveIntoPlace();
      return item(result);
    }
  }

  private Pulled.Item item(Digests.Result result) {
    return new Pulled.Item(name, file.path(), file.size(), result.sha256(), fetched);
  }

  private void complete(Part part) {
    Attempts attempts =
        new Attempts(hub.patience(), uri, (why, pause) -> progress.retrying(name, why, pause));
    long step = Math.max(1, file.size() / 100);
    attempts.reached(part.length(), step);
    while (part.length() < file.size()) {
      try (Answer answer = hub.get(uri, headers(part.length()))) {
        receive(answer, part);
      } catch (IOException e) {
        attempts.reached(part.length(), step);
        attempts.failed(e);
      }
    }
  }

  private Map<String, String> headers(long from) {
    Map<String, String> headers = new HashMap<>();
    if (from > 0) {
      headers.put("Range", "bytes=" + from + "-");
      tag.ifPresent(value -> headers.put("If-Range", value));
    }
    return headers;
  }

  private void receive(Answer answer, Part part) throws IOException {
    if (answer.status() == 416) {
      part.clear();
      throw new IOException("the server has no byte there");
    }
    checkAnnounced(answer);
    long from = answer.status() == 206 ? rangeStart(answer) : 0;
    checkLength(answer, file.size() - from);
    if (from != part.length()) {
      part.clear();
    }
    if (from != part.length()) {
      throw new IOException("the server sends another range than the one asked for");
    }
    tag = answer.header("etag").filter(value -> value.startsWith("\""));
    copy(answer, part);
  }

  /** Reads to the announced size and no further, whatever the server goes on sending. */
  private void copy(Answer answer, Part part) throws IOException {
    progress.arrived(name, part.length(), file.size());
    while (part.length() < file.size()) {
      buffer.clear().limit((int) Math.min(CHUNK, file.size() - part.length()));
      if (answer.read(buffer) < 0) {
        throw new IOException("the answer ended at byte " + part.length() + " of " + file.size());
      }
      fetched += buffer.position();
      part.append(buffer.flip());
      progress.arrived(name, part.length(), file.size());
    }
  }

  /** The hub announces a large file twice: in the listing, and when it redirects. */
  private void checkAnnounced(Answer answer) {
    answer.hubHeader("x-linked-size").ifPresent(size -> requireEqual("size", size, file.size()));
    if (file.checksum().kind() == Checksum.Kind.SHA256) {
      answer
          .hubHeader("x-linked-etag")
          .map(value -> value.replaceAll("^W/|\"", ""))
          .filter(value -> value.matches("[0-9a-f]{64}"))
          .ifPresent(hash -> requireEqual("hash", hash, file.checksum().hex()));
    }
  }

  private long rangeStart(Answer answer) {
    Matcher range = RANGE.matcher(answer.header("content-range").orElse(""));
    if (!range.matches()) {
      throw corrupt("the server does not say which range it sends", "no usable Content-Range");
    }
    requireEqual("size", range.group(2), file.size());
    long start = Long.parseLong(range.group(1));
    if (start >= file.size()) {
      throw corrupt("the server sends a range beyond the end", "from byte " + start);
    }
    return start;
  }

  private void checkLength(Answer answer, long expected) {
    answer.header("content-length").ifPresent(length -> requireEqual("size", length, expected));
  }

  private void requireEqual(String what, String said, Object expected) {
    if (!said.equals(expected.toString())) {
      throw corrupt(
          "the server announces another " + what + " than the hub's listing",
          "listed " + expected + ", announced " + Hub.printable(said));
    }
  }

  private SteercException corrupt(String what, String note) {
    return new SteercException(
        List.of(
            Problem.of(Code.DOWNLOAD_CORRUPT, what)
                .at(uri)
                .note(note)
                .help("run it again; if it stays so, the repository is damaged")));
  }
}
