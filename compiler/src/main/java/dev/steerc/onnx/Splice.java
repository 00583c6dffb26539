package dev.steerc.onnx;

import dev.steerc.onnx.proto.StringStringEntryProto;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A model file with some bytes replaced: everything that no edit touches is copied as it is. */
public final class Splice {
  private static final int METADATA = 14;

  private final ModelFile file;
  private final List<ByteEdit> edits;

  private Splice(ModelFile file, List<ByteEdit> edits) {
    this.file = file;
    this.edits = edits;
  }

  /** The splice that carries out a patch. */
  public static Splice of(ModelFile file, Patch patch) {
    return new Splice(file, ByteEdits.of(file, patch));
  }

  /** This splice with one more entry in the model's metadata, as the very last field. */
  public Splice withMetadata(String key, String value) {
    StringStringEntryProto entry =
        StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    List<ByteEdit> all = new ArrayList<>(edits);
    byte[] field = ByteEdits.field(METADATA, entry.toByteArray());
    all.add(new ByteEdit(new Span(file.size(), file.size()), field, null));
    return new Splice(file, all);
  }

  /** The spliced file in memory: for models whose weights are elsewhere. */
  public byte[] bytes() {
    return ByteEdit.apply(edits, file.bytes());
  }

  /** The size of the spliced file. */
  public long size() {
    return file.size() + edits.stream().mapToLong(ByteEdit::growth).sum();
  }

  /** What turns the spliced file back into the original. */
  public Undo undo() {
    List<Undo.Piece> pieces = new ArrayList<>();
    long shift = 0;
    for (ByteEdit edit : edits) {
      byte[] original = new byte[edit.span().length()];
      file.bytes().get(edit.span().start(), original);
      pieces.add(new Undo.Piece(edit.span().start() + shift, edit.bytes().length, original));
      shift += edit.growth();
    }
    return new Undo(file.size(), size(), pieces);
  }

  /**
   * The splice that undoes an earlier one on the file it wrote.
   *
   * @throws IllegalArgumentException when the file cannot be the one that the earlier splice wrote
   */
  public static Splice undoing(ModelFile file, Undo undo) {
    List<ByteEdit> edits = new ArrayList<>();
    long last = 0;
    for (Undo.Piece piece : undo.edits()) {
      if (piece.at() < last || piece.length() < 0 || piece.at() > file.size() - piece.length()) {
        throw new IllegalArgumentException("nothing to undo at byte " + piece.at());
      }
      last = piece.at() + piece.length();
      Span span = new Span((int) piece.at(), (int) piece.at() + piece.length());
      edits.add(new ByteEdit(span, piece.original(), null));
    }
    if (undo.size() < last || undo.size() > file.size()) {
      throw new IllegalArgumentException("the file has not " + undo.size() + " bytes");
    }
    edits.add(new ByteEdit(new Span((int) undo.size(), file.size()), new byte[0], null));
    return new Splice(file, edits);
  }

  /**
   * Writes the spliced file: to a temporary name beside the output, then moved, so that a failure
   * leaves nothing under the output's name.
   */
  public void write(Path output) {
    if (size() > Integer.MAX_VALUE) {
      throw Problem.of(Code.OUTPUT_TOO_LARGE, "the output would be larger than 2 GiB")
          .at(output)
          .help("export the model with external data first")
          .exception();
    }
    SpliceWriter.write(file, edits, output);
  }
}
