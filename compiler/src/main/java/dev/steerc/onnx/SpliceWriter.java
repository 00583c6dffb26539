package dev.steerc.onnx;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** Copies a file with some spans replaced; the kernel moves what stays the same. */
final class SpliceWriter {
  private SpliceWriter() {}

  static void write(ModelFile file, List<ByteEdit> edits, Path output) {
    Output.replace(
        output,
        file.path(),
        temporary -> {
          try {
            copy(file, edits, temporary);
          } catch (IOException e) {
            refuseChanged(file);
            throw e;
          }
          refuseChanged(file);
        });
  }

  private static void refuseChanged(ModelFile file) {
    if (!file.isUnchanged()) {
      throw Output.inputChanged(file.path());
    }
  }

  private static void copy(ModelFile file, List<ByteEdit> edits, Path to) throws IOException {
    try (FileChannel in = FileChannel.open(file.path(), StandardOpenOption.READ);
        FileChannel out =
            FileChannel.open(to, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
      long at = 0;
      for (ByteEdit edit : edits) {
        transfer(in, at, edit.span().start(), out);
        writeFully(out, ByteBuffer.wrap(edit.bytes()));
        at = edit.span().end();
      }
      transfer(in, at, file.size(), out);
    }
  }

  private static void transfer(FileChannel in, long from, long to, FileChannel out)
      throws IOException {
    long at = from;
    while (at < to) {
      long moved = in.transferTo(at, to - at, out);
      if (moved <= 0) {
        throw new IOException("the input ends at byte " + at);
      }
      at += moved;
    }
  }

  private static void writeFully(FileChannel out, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }
}
