package dev.steerc.runtime.steering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steerc.plan.Site;
import dev.steerc.runtime.format.Floats;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class VectorFileTest {
  private static final Site MIDDLE = new Site.InBlock(2, Site.Kind.RESID_MID);
  private static final Site NAMED = new Site.Named("/h.1/out");
  private static final Floats V = floats(new long[] {3}, 1, -2, 0.5f);
  private static final Floats U = floats(new long[] {3}, 0, 1, 1);

  private static final List<Edit> EDITS =
      List.of(
          new Edit.Add(V),
          new Edit.Ablate(V),
          new Edit.Clamp(V, -1.25),
          new Edit.Reflect(V),
          new Edit.Rotate(V, U, 30),
          new Edit.LowRank(
              floats(new long[] {3, 2}, 1, 2, 3, 4, 5, 6),
              floats(new long[] {2}, 7, 8),
              floats(new long[] {2, 3}, 1, 0, 0, 0, 1, 0)));

  @TempDir Path folder;

  private static Floats floats(long[] dims, float... values) {
    return new Floats(dims, values);
  }

  @ParameterizedTest
  @FieldSource("EDITS")
  void whatIsWrittenIsRead(Edit edit) {
    Map<Site, Edit> edits = new LinkedHashMap<>();
    edits.put(MIDDLE, edit);
    edits.put(NAMED, edit);
    Vector vector = new Vector("v", edits, Optional.empty(), Optional.of("sha256:1"));
    Vector read = written(vector);
    assertThat(read.name()).isEqualTo("v");
    assertThat(read.base()).contains("sha256:1");
    assertThat(read.edits().keySet()).containsExactlyInAnyOrder(MIDDLE, NAMED);
    assertThat(read.edits().values()).allSatisfy(other -> assertSame(other, edit));
  }

  @ParameterizedTest
  @FieldSource("EDITS")
  void vectorWithoutAPlaceIsRead(Edit edit) {
    assertSame(written(Vector.of("v", edit)).placeless().orElseThrow(), edit);
  }

  @Test
  void chosenSitesAreRead() {
    Map<Site, Edit> edits = Map.of(MIDDLE, new Edit.Add(V), NAMED, new Edit.Add(V));
    Vector vector = new Vector("v", edits, Optional.empty(), Optional.empty(), Set.of(MIDDLE));
    Vector read = written(vector);
    assertThat(read.edits()).hasSize(2);
    assertThat(read.acting().keySet()).containsExactly(MIDDLE);
  }

  @Test
  void choiceOfAnAbsentSiteIsRefused() {
    Path file = folder.resolve("v.safetensors");
    Vector vector = Vector.at(MIDDLE, "v", new Edit.Add(V));
    VectorFile.write(vector, Map.of("at", "blocks.7.mlp_out"), file);
    assertThatThrownBy(() -> VectorFile.read(file)).hasMessageContaining("blocks.7.mlp_out");
  }

  @Test
  void editsOfTwoKindsAreRefused() {
    Vector two =
        new Vector(
            "v",
            Map.of(MIDDLE, new Edit.Add(V), NAMED, new Edit.Ablate(V)),
            Optional.empty(),
            Optional.empty());
    assertThatIllegalArgumentException().isThrownBy(() -> written(two));
    assertThat(folder.resolve("v.safetensors"))
        .satisfies(file -> assertThat(Files.exists(file)).isFalse());
  }

  private Vector written(Vector vector) {
    Path file = folder.resolve("v.safetensors");
    VectorFile.write(vector, Map.of("method", "by hand"), file);
    return VectorFile.read(file);
  }

  private static void assertSame(Edit read, Edit written) {
    assertThat(read.op()).isEqualTo(written.op());
    assertThat(read.numbers()).isEqualTo(written.numbers());
    assertThat(read.tensors().keySet()).isEqualTo(written.tensors().keySet());
    written
        .tensors()
        .forEach(
            (role, values) -> {
              assertThat(read.tensors().get(role).dims()).isEqualTo(values.dims());
              assertThat(read.tensors().get(role).values()).isEqualTo(values.values());
            });
  }
}
