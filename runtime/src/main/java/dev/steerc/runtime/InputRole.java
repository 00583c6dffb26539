package dev.steerc.runtime;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.TensorInfo;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.util.Arrays;
import java.util.Set;

/** What an input of a decoder is for. */
public enum InputRole {
  /** Token ids [batch, seq]. */
  IDS,
  /** A part of the cache. */
  PAST,
  /** Whether there is a cache: the switch of merged decoders. */
  USE_CACHE,
  /**
   * [batch, past + seq]: 1 for every token, cached ones included, and 0 for padding. With more
   * dimensions […, seq, past + seq]: whether a token sees another, or what is added to its score.
   */
  MASK,
  /** The position of each token in its row. */
  POSITIONS,
  /** The places [seq] of the tokens in the cache, the same for all rows. */
  SLOTS,
  /** The tokens of each row without the last one, cached ones included. */
  LENGTHS,
  /** The columns of the run with those in the cache, one number. */
  TOTAL,
  /** The columns in the cache, one number. */
  CACHED,
  /** For how many of the last tokens to compute scores, one number. */
  KEPT,
  /** The row of the cache that each row goes on from: its own. */
  BEAMS,
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
    int rank = info.getShape().length;
    if (info.type == OnnxJavaType.BOOL && rank <= 1) {
      return USE_CACHE;
    }
    if (name.contains("mask") && rank >= 2) {
      return MASK;
    }
    if (past.contains(name)) {
      return PAST;
    }
    if (rank >= 2 && name.contains("position")) {
      return POSITIONS;
    }
    if (rank == 2 && (name.contains("type") || name.contains("segment"))) {
      return SEGMENTS;
    }
    boolean isWhole = info.type == OnnxJavaType.INT64 || info.type == OnnxJavaType.INT32;
    return isWhole ? count(name, info, rank) : unknown(name, info);
  }

  private static InputRole count(String name, TensorInfo info, int rank) {
    if (name.contains("seqlens") && (rank == 1 || rank == 2)) {
      return LENGTHS;
    }
    if (rank == 1 && name.contains("position")) {
      return SLOTS;
    }
    if (rank == 1 && name.contains("beam_idx")) {
      return BEAMS;
    }
    if (rank <= 1 && name.contains("total_seq")) {
      return TOTAL;
    }
    if (rank <= 1 && name.contains("past_seq")) {
      return CACHED;
    }
    return rank <= 1 && name.contains("logits_to_keep") ? KEPT : unknown(name, info);
  }

  private static InputRole unknown(String name, TensorInfo info) {
    throw Problem.of(Code.UNKNOWN_INPUT, "the input `" + name + "` is of an unknown kind")
        .note(info.type + " " + Arrays.toString(info.getShape()))
        .help("export the model with token ids, mask, positions and a cache only")
        .exception();
  }
}
