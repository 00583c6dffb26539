package dev.steerc;

/** Where a patched model has its weights. */
public enum Weights {
  /** Where the model that is patched has them: what is thin stays so. */
  AS_THEY_ARE,
  /** In the original's file, which it refers to. */
  REFERRED
}
