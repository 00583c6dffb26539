package dev.steerc.runtime.learn;

import dev.steerc.runtime.steering.Edit;

/** What was learned at one site. */
public record Learned(Edit edit, Diagnosis diagnosis) {}
