package dev.steerc.onnx;

import java.util.List;

/**
 * What gives the original file back from a spliced one.
 *
 * @param originalSize the bytes of the original
 * @param size the bytes of the spliced file, without what was appended behind the model
 * @param edits the places in the spliced file that differ, in order
 */
public record Undo(long originalSize, long size, List<Piece> edits) {

  /** Original bytes that belong in place of {@code length} bytes at {@code at}. */
  public record Piece(long at, int length, byte[] original) {}

  public Undo {
    edits = List.copyOf(edits);
  }
}
