package dev.steerc.models.demo;

import dev.steerc.models.bpe.Bpe;
import java.io.IOException;
import java.nio.file.Path;

/** The command that writes the demo model's tokenizer and configuration into a folder. */
public final class WriteTokenizer {
  private WriteTokenizer() {}

  /** Takes the folder. */
  public static void main(String[] args) throws IOException {
    if (args.length != 1) {
      System.err.println("usage: WriteTokenizer FOLDER");
      System.exit(2);
    }
    Bpe tokenizer = DemoFiles.tokenizer(DemoFiles.DOCUMENTS);
    DemoFiles.write(Path.of(args[0]), tokenizer);
    System.out.println("wrote " + args[0] + ": " + tokenizer.size() + " tokens");
  }
}
