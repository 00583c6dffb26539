package dev.steerc.problem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Checks what an action is refused with. */
public final class Refusal {
  private Refusal() {}

  /** The problems that an action ends in; that it ends in some is checked. */
  public static List<Problem> of(ThrowingCallable action) {
    Throwable thrown = catchThrowable(action);
    assertThat(thrown).isInstanceOf(SteercException.class);
    return ((SteercException) thrown).problems();
  }

  /** Checks that an action ends in one problem, and gives it. */
  public static Problem check(Code code, ThrowingCallable action) {
    List<Problem> problems = of(action);
    assertThat(problems).extracting(Problem::code).containsExactly(code);
    return problems.get(0);
  }

  /** Checks the whole text of what an action ends in, file names reduced to their last part. */
  public static void check(String text, ThrowingCallable action) {
    String message = new SteercException(of(action)).getMessage();
    assertThat(message.replaceAll("/\\S*/(?=[^/\\s]+\\.onnx)", "")).isEqualTo(text.strip());
  }
}
