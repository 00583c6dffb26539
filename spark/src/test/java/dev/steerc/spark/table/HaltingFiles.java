package dev.steerc.spark.table;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.spark.SparkEnv;

/** This machine's files, where the first executor that would name a finished one halts instead. */
public final class HaltingFiles extends RawLocalFileSystem {
  /** The setting that names the file which tells that one has halted. */
  public static final String MARKER = "halting.marker";

  private static final URI OWN = URI.create("halting:///");

  /** Makes the scheme known. */
  public static void register(Configuration hadoop, java.nio.file.Path marker) {
    hadoop.set("fs.halting.impl", HaltingFiles.class.getName());
    hadoop.setBoolean("fs.halting.impl.disable.cache", true);
    hadoop.set(MARKER, marker.toString());
  }

  @Override
  public URI getUri() {
    return OWN;
  }

  @Override
  public boolean rename(Path from, Path to) throws IOException {
    if (!SparkEnv.get().executorId().equals("driver")) {
      try {
        Files.createFile(java.nio.file.Path.of(getConf().get(MARKER)));
        Runtime.getRuntime().halt(1);
      } catch (FileAlreadyExistsException e) {
        return super.rename(from, to);
      }
    }
    return super.rename(from, to);
  }
}
