package dev.steerc.runtime.steering;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.plan.Site;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.format.Npy;
import dev.steerc.runtime.format.Refusal;
import dev.steerc.runtime.steering.VectorFormat.GgufOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VectorStoreTest {
  private static final Site SITE = new Site.InBlock(1, Site.Kind.RESID_POST);

  @TempDir Path folder;
  private Path vectors;

  @BeforeEach
  void makeFolder() throws IOException {
    vectors = Files.createDirectory(folder.resolve("vectors"));
    write("joy.npy", 1, 2);
  }

  private Path write(String name, float... values) {
    Path file = vectors.resolve(name);
    Npy.write(file, new Floats(new long[] {values.length}, values));
    return file;
  }

  private static float[] values(Vector vector) {
    return ((Edit.Add) vector.placeless().orElseThrow()).vector().values();
  }

  @Test
  void readsEveryKindOfFile() {
    Vector placed = Vector.at(SITE, "v", new Edit.Add(new Floats(new long[] {1}, new float[] {3})));
    VectorFile file = new VectorFile(folder.resolve("in"), placed, Map.of());
    for (String name : List.of("a.safetensors", "b.gguf", "c.onnx_adapter")) {
      Path path = vectors.resolve(name);
      VectorFormat.of(path).write(file, GgufOptions.DEFAULT, path, List.of());
    }
    VectorStore store = VectorStore.open(vectors);
    assertThat(store.names()).containsExactly("a", "b", "c", "joy");
    for (String name : List.of("a", "b", "c")) {
      assertThat(store.get(name).edits()).containsOnlyKeys(SITE);
    }
    assertThat(store.problems()).isEmpty();
  }

  @Test
  void conditionIsWhatTheFileSays() {
    Vector placed = Vector.at(SITE, "v", new Edit.Add(new Floats(new long[] {1}, new float[] {3})));
    VectorFile.write(
        placed, Map.of("when", "@1.resid_post>0.25"), vectors.resolve("a.safetensors"));
    VectorStore store = VectorStore.open(vectors);
    assertThat(store.condition("a").threshold()).isEqualTo(0.25);
    assertThat(store.condition("a").site()).isEqualTo(SITE);
    assertThat(store.condition("a@1<-0.5").above()).isFalse();
    Refusal.check(Code.BAD_STEER, () -> store.condition("joy"));
    Refusal.check(Code.VECTOR_NOT_FOUND, () -> store.condition("none"));
  }

  @Test
  void staysAsItWasOpened() throws IOException {
    VectorStore store = VectorStore.open(vectors);
    Files.delete(vectors.resolve("joy.npy"));
    assertThat(values(store.get("joy"))).containsExactly(1, 2);
    assertThat(store.reload().names()).isEmpty();
  }

  @Test
  void brokenFileSpoilsNoOther() throws IOException {
    Files.writeString(vectors.resolve("bad.safetensors"), "not at all");
    VectorStore store = VectorStore.open(vectors);
    assertThat(values(store.get("joy"))).containsExactly(1, 2);
    Refusal.check(Code.BAD_TENSOR_FILE, () -> store.get("bad"));
    assertThat(store.problems()).extracting(Problem::code).containsExactly(Code.BAD_TENSOR_FILE);
    assertThat(store.names()).containsExactly("bad", "joy");
  }

  @Test
  void reloadReadsOnlyWhatChanged() {
    write("calm.npy", 5);
    VectorStore before = VectorStore.open(vectors);
    write("calm.npy", 6);
    write("new.npy", 7);
    VectorStore after = before.reload();
    assertThat(after.get("joy")).isSameAs(before.get("joy"));
    assertThat(values(after.get("calm"))).containsExactly(6);
    assertThat(values(after.get("new"))).containsExactly(7);
    assertThat(values(before.get("calm"))).containsExactly(5);
    assertThat(before.names()).doesNotContain("new");
  }

  @Test
  void reloadSeesAFileThatIsWrittenInPlace() throws IOException {
    Path joy = vectors.resolve("joy.npy");
    VectorStore before = VectorStore.open(vectors);
    Files.write(joy, Npy.toBytes(new Floats(new long[] {2}, new float[] {8, 9})));
    Files.setLastModifiedTime(joy, FileTime.fromMillis(1));
    assertThat(values(before.reload().get("joy"))).containsExactly(8, 9);
  }

  @Test
  void mendedFileIsReadAgain() throws IOException {
    Path bad = Files.writeString(vectors.resolve("bad.npy"), "x");
    VectorStore before = VectorStore.open(vectors);
    write(bad.getFileName().toString(), 4);
    VectorStore after = before.reload();
    assertThat(values(after.get("bad"))).containsExactly(4);
    assertThat(after.problems()).isEmpty();
  }

  /** It may have been no fault of the file, such as a right that was missing. */
  @Test
  void brokenFileIsReadAgainThoughItLooksTheSame() throws IOException {
    byte[] good = Npy.toBytes(new Floats(new long[] {1}, new float[] {4}));
    Path bad = Files.write(vectors.resolve("bad.npy"), new byte[good.length]);
    Files.setLastModifiedTime(bad, FileTime.fromMillis(1));
    VectorStore before = VectorStore.open(vectors);
    Files.write(bad, good);
    Files.setLastModifiedTime(bad, FileTime.fromMillis(1));
    assertThat(values(before.reload().get("bad"))).containsExactly(4);
  }

  @Test
  void nameOfTwoFilesIsAProblemWhenAskedFor() {
    Path other = vectors.resolve("joy.safetensors");
    VectorFile.write(Vector.of("joy", 3), Map.of(), other);
    VectorStore store = VectorStore.open(vectors);
    Problem problem = Refusal.check(Code.AMBIGUOUS_VECTOR, () -> store.get("joy"));
    assertThat(problem.notes()).containsExactly("joy.npy, joy.safetensors");
    assertThat(store.problems()).extracting(Problem::code).containsExactly(Code.AMBIGUOUS_VECTOR);
    assertThat(values(store.get(other.toString()))).containsExactly(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"../secret", "../secret.npy", "secret.npy", "joy.npy", "", "a\0b", "/"})
  void namesNeverBecomePaths(String name) {
    Npy.write(folder.resolve("secret.npy"), new Floats(new long[] {1}, new float[] {1}));
    VectorStore store = VectorStore.open(vectors);
    Refusal.check(Code.VECTOR_NOT_FOUND, () -> store.named(name));
    Refusal.check(Code.VECTOR_NOT_FOUND, () -> store.get(name));
  }

  @Test
  void linksLeadToRegularFilesOnly() throws IOException {
    Path outside = folder.resolve("outside.npy");
    Npy.write(outside, new Floats(new long[] {1}, new float[] {7}));
    Files.createSymbolicLink(vectors.resolve("good.npy"), outside);
    Files.createSymbolicLink(vectors.resolve("folder.npy"), folder);
    Files.createSymbolicLink(vectors.resolve("gone.npy"), folder.resolve("nothing"));
    Path zero = Files.createSymbolicLink(vectors.resolve("zero.npy"), Path.of("/dev/zero"));
    VectorStore store = VectorStore.open(vectors);
    assertThat(values(store.get("good"))).containsExactly(7);
    assertThat(store.names()).doesNotContain("folder");
    Refusal.check(Code.FILE_NOT_FOUND, () -> store.get("gone"));
    Refusal.check(Code.FILE_UNREADABLE, () -> store.get("zero"));
    Files.delete(zero); // JUnit warns of links that lead out of its folder
  }

  @Test
  void absentFolderHasNoVectors() {
    VectorStore store = VectorStore.open(folder.resolve("none"));
    assertThat(store.names()).isEmpty();
    Refusal.check(Code.VECTOR_NOT_FOUND, () -> store.get("joy"));
  }
}
