package dev.steerc.runtime.bulk;

/**
 * A row and what became of it.
 *
 * @param row as it came in
 */
public record Result<T>(T row, Outcome outcome) {}
