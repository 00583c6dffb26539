package dev.steerc.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LocalCluster.class)
class JobFailuresTest {
  @TempDir private Path folder;

  private static Problem problem(Exception e) {
    return ((SteercException) JobFailures.known(e)).problems().get(0);
  }

  @Test
  void whatTaskCouldNotReadIsSaidWithoutATrace() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream zip = new GZIPOutputStream(bytes)) {
      zip.write("once upon a time\n".repeat(9999).getBytes());
    }
    Path file = folder.resolve("half.txt.gz");
    Files.write(file, Arrays.copyOf(bytes.toByteArray(), bytes.size() / 2));
    Exception thrown =
        catchThrowableOfType(
            SparkException.class,
            () -> LocalCluster.session().read().text(file.toString()).count());
    Problem problem = problem(thrown);
    assertThat(problem.code()).isEqualTo(Code.JOB_FAILED);
    assertThat(problem.toString()).contains("half.txt.gz").doesNotContain("\tat ");
  }

  @Test
  void problemsOfOursAndFullDisksAreFoundInside() {
    SteercException ours = Problem.of(Code.MODEL_DIFFERS, "another one").exception();
    assertThat(JobFailures.known(new SparkException("aborted", ours))).isSameAs(ours);
    Exception full = new SparkException("aborted", new IOException("No space left on it"));
    assertThat(problem(full).code()).isEqualTo(Code.DISK_FULL);
  }

  @Test
  void mistakesOfOursStayMistakes() {
    Exception mistake = new IllegalStateException("never");
    assertThat(JobFailures.known(mistake)).isSameAs(mistake);
    assertThat(JobFailures.known(new SparkException("aborted", mistake))).isSameAs(mistake);
  }
}
