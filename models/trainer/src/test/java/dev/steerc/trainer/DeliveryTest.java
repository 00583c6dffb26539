package dev.steerc.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steerc.problem.SteercException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeliveryTest {
  @TempDir Path folder;
  private Path from;
  private Path to;

  @BeforeEach
  void filesToDeliver() throws IOException {
    from = Files.createDirectory(folder.resolve("from"));
    to = Files.createDirectory(folder.resolve("to"));
    Files.writeString(from.resolve("a"), "new");
    Files.writeString(from.resolve("b"), "new");
    Files.writeString(to.resolve("a"), "old");
    Files.writeString(to.resolve("c"), "other");
  }

  @Test
  void filesAreReplacedAndOthersStay() {
    Delivery.copy(from, to);
    assertThat(to.resolve("a")).hasContent("new");
    assertThat(to.resolve("b")).hasContent("new");
    assertThat(to.resolve("c")).hasContent("other");
    assertThat(to).isDirectoryNotContaining("glob:**.tmp");
  }

  @Test
  void aFolderThatIsNoFolderIsAProblem() {
    assertThatThrownBy(() -> Delivery.copy(from, to.resolve("a")))
        .isInstanceOf(SteercException.class);
    assertThat(to.resolve("a")).hasContent("old");
  }
}
