package dev.steerc.runtime.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Checks what an action is refused with. */
public final class Refusal {
  private Refusal() {}

  /** Checks that an action ends in one problem, and gives it. */
  public static Problem check(Code code, ThrowingCallable action) {
    Throwable thrown = catchThrowable(action);
    assertThat(thrown).isInstanceOf(SteercException.class);
    SteercException refusal = (SteercException) thrown;
    assertThat(refusal.problems()).extracting(Problem::code).containsExactly(code);
    return refusal.problems().get(0);
  }

  /** Checks that an action ends well or in a problem, but in no other exception. */
  public static void orNothing(String what, ThrowingCallable action) {
    Throwable thrown = catchThrowable(action);
    if (thrown != null) {
      assertThat(thrown).as(what).isInstanceOf(SteercException.class);
    }
  }
}
