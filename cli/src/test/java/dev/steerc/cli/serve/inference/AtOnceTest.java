package dev.steerc.cli.serve.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steerc.problem.SteercException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class AtOnceTest {

  @Test
  void sendsAwayWhoComesTooMany() throws Exception {
    AtOnce atOnce = new AtOnce(2, "runs of the graph");
    CountDownLatch inside = new CountDownLatch(2);
    CountDownLatch leave = new CountDownLatch(1);
    CompletableFuture<?>[] runs = new CompletableFuture<?>[2];
    for (int i = 0; i < runs.length; i++) {
      runs[i] =
          CompletableFuture.supplyAsync(
              () -> atOnce.run(() -> stay(inside, leave)), task -> new Thread(task).start());
    }
    inside.await();
    assertThatThrownBy(() -> atOnce.run(() -> 1))
        .isInstanceOf(SteercException.class)
        .hasMessageContaining("2 runs of the graph are under way");
    leave.countDown();
    CompletableFuture.allOf(runs).join();
    assertThat(atOnce.run(() -> 1)).isEqualTo(1);
  }

  private static boolean stay(CountDownLatch inside, CountDownLatch leave) {
    inside.countDown();
    try {
      leave.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return true;
  }

  @Test
  void aRunThatFailsMakesRoom() {
    AtOnce atOnce = new AtOnce(1, "runs");
    assertThatThrownBy(() -> atOnce.run(() -> 1 / Integer.parseInt("0")))
        .isInstanceOf(ArithmeticException.class);
    assertThat(atOnce.run(() -> 1)).isEqualTo(1);
  }
}
