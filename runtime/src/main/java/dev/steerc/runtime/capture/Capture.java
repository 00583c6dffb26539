package dev.steerc.runtime.capture;

import dev.steerc.onnx.Output;
import dev.steerc.plan.Site;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What to keep of the texts that a model reads: activations at its taps, without steering.
 *
 * @param model with a tap at each of the sites
 * @param sites where
 * @param pooling which tokens of a text give rows
 * @param format how the folder holds them in the end
 * @param cuts whether a text that is longer than the model's context is cut in front, so that its
 *     last tokens stay; else it is a problem
 * @param fresh whether what a folder holds already is replaced
 */
public record Capture(
    SteeredModel model,
    Set<Site> sites,
    Pooling pooling,
    Format format,
    boolean cuts,
    boolean fresh) {
  private static final long SHARD = 64 << 20;
  private static final int MOST_TEXTS = 1024;

  public Capture {
    if (sites.isEmpty()) {
      throw new IllegalArgumentException("no sites");
    }
    SortedSet<Site> sorted = new TreeSet<>(Site.ORDER); // the same files whatever their order
    sorted.addAll(sites);
    sites = Collections.unmodifiableSortedSet(sorted);
  }

  /** A capture in shards that refuses texts that are too long, and goes on where one stopped. */
  public static Capture of(SteeredModel model, Set<Site> sites, Pooling pooling) {
    return new Capture(model, sites, pooling, Format.SAFETENSORS, false, false);
  }

  public Capture format(Format other) {
    return new Capture(model, sites, pooling, other, cuts, fresh);
  }

  public Capture cuts(boolean cut) {
    return new Capture(model, sites, pooling, format, cut, fresh);
  }

  public Capture fresh(boolean replace) {
    return new Capture(model, sites, pooling, format, cuts, replace);
  }

  /**
   * Runs the texts and writes their rows into a folder, a file at a time. When that is interrupted,
   * the same again goes on with the first file that is missing, and in the end there are the same
   * bytes. Memory is bounded by a file of 64 MiB, or by the longest text.
   *
   * @param folder a new or empty one, or one with a capture of the same
   * @throws SteercException when a text cannot be run, the folder holds something else, or a file
   *     cannot be written
   */
  public Captured into(Path folder, Texts texts, Progress progress) {
    CaptureFolder place = new CaptureFolder(folder);
    place.check();
    Survey survey = Survey.of(model, pooling, cuts, texts);
    Contents contents = contents(survey);
    place.prepare(contents, fresh);
    NpyFiles npy = new NpyFiles(contents, folder);
    if (format == Format.NPY && npy.areWhole()) {
      npy.removeShards();
      progress.at(contents.count(), contents.count());
      return captured(folder, survey, contents, contents.count(), 0, 0);
    }
    Run run = new Run(model, Shard.all(contents, folder), progress);
    texts.forEach(text -> run.add(survey.fitting(text)));
    run.finish();
    if (format == Format.NPY) {
      npy.write();
      npy.removeShards();
    }
    return captured(folder, survey, contents, run.found(), run.tokens(), run.seconds());
  }

  private Contents contents(Survey survey) {
    Map<Site, Integer> widths = Tapped.widths(model, sites, survey.first().ids());
    long row = widths.values().stream().mapToLong(width -> 4L * width).sum();
    long most = row * survey.mostRows();
    if (most > Integer.MAX_VALUE / 2) {
      throw Problem.of(Code.OUT_OF_MEMORY, "the rows of one text take " + (most >> 20) + " MiB")
          .at(model.path())
          .help("capture fewer sites, or one row for each text: --positions mean")
          .exception();
    }
    return new Contents(
        model.ports().base(),
        model.tokenizer().map(Tokenizer::digest),
        survey.identity(),
        survey.count(),
        survey.rows(),
        pooling,
        widths,
        (int) Math.max(1, Math.min(MOST_TEXTS, SHARD / most)),
        format);
  }

  private Captured captured(
      Path folder, Survey survey, Contents contents, long found, long tokens, double seconds) {
    return new Captured(
        folder,
        contents.widths().keySet(),
        contents.count(),
        contents.rows(),
        bytes(folder),
        survey.cut(),
        found,
        tokens,
        seconds);
  }

  private static long bytes(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.mapToLong(file -> file.toFile().length()).sum();
    } catch (IOException e) {
      throw Output.failure(folder, e);
    }
  }
}
