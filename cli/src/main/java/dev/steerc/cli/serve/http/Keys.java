package dev.steerc.cli.serve.http;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.format.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The keys of a file: on each line a role, a key and, if wanted, a name. A change of the file
 * counts from the next second on; one that cannot be read leaves the keys as they were. Of a key
 * only its hash is kept.
 */
final class Keys {
  private static final int SHORTEST = 16;
  private static final String NAME = "[\\w.-]{1,64}";
  private static final long PERIOD = Duration.ofSeconds(1).toNanos();

  private final Path file;
  private final Consumer<Problem> log;
  private List<Key> keys;
  private Stamp stamp;
  private long looked;

  /** A key's hash, and whose it is. */
  private record Key(byte[] hash, Caller owner) {}

  /** What tells whether a file has changed. */
  private record Stamp(FileTime time, long size) {
    static Stamp of(Path file) throws IOException {
      return new Stamp(Files.getLastModifiedTime(file), Files.size(file));
    }
  }

  /**
   * Reads a file.
   *
   * @param log hears of a later change that cannot be read
   * @throws SteercException when it has no key, or something else
   */
  Keys(Path file, Consumer<Problem> log) {
    this.file = file;
    this.log = log;
    this.looked = System.nanoTime();
    this.keys = load();
  }

  private List<Key> load() {
    try {
      stamp = Stamp.of(file);
      return parsed(Files.readAllLines(file, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw bad("the file of keys cannot be read").note(String.valueOf(e)).exception();
    }
  }

  private List<Key> parsed(List<String> lines) {
    List<Key> found = new ArrayList<>();
    List<Problem> problems = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (!line.isEmpty() && !line.startsWith("#")) {
        parse(line.split("\\s+"), i + 1, found, problems);
      }
    }
    if (found.isEmpty() && problems.isEmpty()) {
      problems.add(bad("the file of keys has no key"));
    }
    if (!problems.isEmpty()) {
      throw new SteercException(problems);
    }
    return List.copyOf(found);
  }

  /** The problem names the line; what is on it may be a key. */
  private void parse(String[] words, int line, List<Key> found, List<Problem> problems) {
    boolean isRole = words[0].equals("use") || words[0].equals("admin");
    if (!isRole || words.length < 2 || words.length > 3) {
      problems.add(bad("line " + line + " is not `ROLE KEY` or `ROLE KEY NAME`"));
    } else if (words[1].length() < SHORTEST) {
      problems.add(bad("the key on line " + line + " has " + words[1].length() + " characters"));
    } else if (words.length == 3 && !words[2].matches(NAME)) {
      problems.add(
          bad("the name on line " + line + " is not 1 to 64 letters, digits, `.`, `_`, `-`"));
    } else if (found.stream().anyMatch(key -> Arrays.equals(key.hash(), hash(words[1])))) {
      problems.add(bad("the key on line " + line + " was there before"));
    } else {
      Role role = words[0].equals("use") ? Role.USE : Role.ADMIN;
      String name = words.length == 3 ? words[2] : "key-" + line;
      found.add(new Key(hash(words[1]), new Caller(name, role)));
    }
  }

  private Problem bad(String what) {
    return Problem.of(Code.BAD_KEY_FILE, what)
        .at(file)
        .help(
            "write lines such as `use KEY NAME` and `admin KEY`, each key of 16 or more characters");
  }

  /** Whose key it is; looks at all of them, so that the time tells nothing. */
  synchronized Optional<Caller> owner(String key) {
    refresh();
    byte[] hash = hash(key);
    Optional<Caller> owner = Optional.empty();
    for (Key one : keys) {
      if (MessageDigest.isEqual(one.hash(), hash)) {
        owner = Optional.of(one.owner());
      }
    }
    return owner;
  }

  private void refresh() {
    long now = System.nanoTime();
    if (now - looked < PERIOD) {
      return;
    }
    looked = now;
    try {
      if (!Stamp.of(file).equals(stamp)) {
        keys = load();
      }
    } catch (IOException e) {
      stamp = null; // a file that comes back counts
    } catch (SteercException e) {
      e.problems().forEach(log);
    }
  }

  /** Whether every user of the machine can read the file; false where that cannot be told. */
  boolean isOpenToOthers() {
    try {
      return Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ);
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  private static byte[] hash(String key) {
    return Digest.start().digest(key.getBytes(StandardCharsets.UTF_8));
  }
}
