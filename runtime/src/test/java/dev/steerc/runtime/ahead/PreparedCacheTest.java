package dev.steerc.runtime.ahead;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steerc.runtime.ModelOptions;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.TestModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The cache prepares a model once, and again when it has changed. */
class PreparedCacheTest {
  @TempDir private Path root;
  private Path model;
  private Path folder;
  private final List<String> said = new ArrayList<>();

  @BeforeEach
  void copy() throws IOException {
    model = Files.copy(TestModels.graph("withpast"), root.resolve("model.onnx"));
    folder = root.resolve("cache");
  }

  private long[] tokens(Path path) {
    PreparedCache cache = new PreparedCache(folder);
    try (SteeredModel opened = cache.open(path, ModelOptions.DEFAULT, said::add)) {
      assertThat(opened.doubts()).isEmpty();
      assertThat(opened.path()).isEqualTo(model);
      return tokens(opened);
    }
  }

  private static long[] tokens(SteeredModel opened) {
    Prompt prompt = Prompt.ofIds(3, 1, 4).with(s -> s.greedy().maxNewTokens(8));
    return opened.generate(prompt).get(0).orThrow().tokens();
  }

  private static long[] plain(Path path) {
    try (SteeredModel opened = SteeredModel.open(path)) {
      return tokens(opened);
    }
  }

  private List<Path> entries() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.toList();
    }
  }

  @Test
  void preparesOnceAndOpensTheSame() throws IOException {
    assertThat(tokens(model)).isEqualTo(plain(model));
    assertThat(said).hasSize(1);
    assertThat(tokens(model)).isEqualTo(plain(model));
    assertThat(said).hasSize(1);
    assertThat(entries()).hasSize(1);
  }

  @Test
  void aFolderIsAModelToo() throws IOException {
    Path own = Files.createDirectory(root.resolve("own"));
    model = Files.move(model, own.resolve("model.onnx"));
    assertThat(tokens(own)).isEqualTo(plain(own));
    assertThat(said).hasSize(1);
  }

  @Test
  void aChangedModelIsPreparedAgain() throws IOException {
    tokens(model);
    Files.delete(model);
    Files.copy(TestModels.graph("fused"), model);
    assertThat(tokens(model)).isEqualTo(plain(TestModels.graph("fused")));
    assertThat(said).hasSize(2);
    assertThat(entries()).hasSize(1);
  }

  @Test
  void aModelThatIsGoneLeavesTheCache() throws IOException {
    tokens(model);
    Path first = model;
    model = Files.move(model, root.resolve("moved.onnx"));
    tokens(model);
    assertThat(first).doesNotExist();
    assertThat(entries()).hasSize(1);
  }

  @Test
  void twoAtOnceGetTheSame() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      PreparedCache cache = new PreparedCache(folder);
      List<Future<long[]>> both = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        both.add(
            threads.submit(
                () -> {
                  try (SteeredModel m = cache.open(model, ModelOptions.DEFAULT, line -> {})) {
                    assertThat(m.doubts()).isEmpty();
                    return tokens(m);
                  }
                }));
      }
      for (Future<long[]> one : both) {
        assertThat(one.get()).isEqualTo(plain(model));
      }
    } finally {
      threads.shutdown();
    }
    assertThat(entries()).hasSize(1);
  }

  @Test
  void aFullDiskIsNoReasonNotToRun() throws Exception {
    Files.createDirectory(folder);
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", folder.toString()),
        "SKIPPED: no tmpfs can be mounted here");
    try {
      assertThat(tokens(model)).isEqualTo(plain(model));
      assertThat(said).hasSize(2);
      assertThat(said.get(1)).contains("cannot be prepared", "the disk is full");
      assertThat(entries()).isEmpty();
    } finally {
      run("umount", folder.toString());
    }
  }

  private static boolean run(String... command) throws Exception {
    try {
      return new ProcessBuilder(command).start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
