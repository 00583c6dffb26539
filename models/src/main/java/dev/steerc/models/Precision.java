package dev.steerc.models;

/** What the numbers of a graph are worth beside those of float32. */
public enum Precision {
  FLOAT32,
  FLOAT16,
  INT8,
  INT4
}
