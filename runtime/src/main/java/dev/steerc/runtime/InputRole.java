package dev.steerc.runtime;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.TensorInfo;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.util.Set;

/** What an input of a decoder is for. */
public enum InputRole {
  /** Token ids [batch, seq]. */
  IDS,
  /** A part of the cache. */
  PAST,
  /** Whether there is a cache: the switch of merged decoders. */
  USE_CACHE,
  /** 1 for every token, cached ones included, and 0 for padding. */
  MASK,
  /** The position of each token in its row. */
  POSITIONS,
  /** Token types, which are all 0. */
  SEGMENTS;

  /**
   * The role of an input. Ids and cache are known from the graph; exporters agree on how the others
   * are called.
   *
   * @throws dev.steerc.problem.SteercException when it is none of these
   */
  public static InputRole of(String name, TensorInfo info, String ids, Set<String> past) {
    if (name.equals(ids)) {
      return IDS;
    }
    if (past.contains(name)) {
      return PAST;
    }
    if (info.type == OnnxJavaType.BOOL && info.getShape().length <= 1) {
      return USE_CACHE;
    }
    if (name.contains("mask")) {
      return MASK;
    }
    if (name.contains("position")) {
      return POSITIONS;
    }
    if (name.contains("type") || name.contains("segment")) {
      return SEGMENTS;
    }
    throw Problem.of(Code.UNKNOWN_INPUT, "the input `" + name + "` is of an unknown kind")
        .note(info.type + " " + java.util.Arrays.toString(info.getShape()))
        .help("export the model with token ids, mask, positions and a cache only")
        .exception();
  }
}
