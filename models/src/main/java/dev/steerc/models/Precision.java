package dev.steerc.models;

/** What the numbers of a graph are worth beside those of float32. */
public enum Precision {
  FLOAT32,
  FLOAT16,
  INT8,
  /** 8-bit integers of fixed scales, which also cut a steered value off. */
  FIXED_INT8,
  INT4
}
