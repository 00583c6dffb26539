package dev.steerc.runtime.measure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.problem.Code;
import dev.steerc.runtime.format.Refusal;

/** That something is refused, and a part of what it says. */
final class Refused {
  private Refused() {}

  static void check(Code code, String part, Runnable work) {
    assertThat(Refusal.check(code, work::run).toString()).contains(part);
  }
}
