package dev.steerc.runtime.capture;

import dev.steerc.plan.Site;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.format.Floats;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Runs texts and takes their rows. Texts that run together have equally many tokens: nothing is
 * padded, so that no text's rows depend on the others.
 *
 * @param model with a tap at each of the sites
 * @param widths the elements of a row at each site
 * @param pooling which tokens of a text give rows
 */
public record Reader(SteeredModel model, Map<Site, Integer> widths, Pooling pooling) {
  private static final int MOST_ROWS = 32;
  private static final long MOST_BYTES = 32 << 20;

  /** Takes what became of each text; shorter ones come first. */
  public interface Taker {
    /**
     * Takes the rows of a text.
     *
     * @param index which text
     */
    void rows(int index, Pooled rows);

    /** Hears that a text cannot be run. */
    void failed(int index, SteercException why);
  }

  /** Runs texts that have a token each, and no more than the model takes. */
  public void run(List<Tokens> texts, Taker taker) {
    for (List<Integer> batch : batches(texts)) {
      run(texts, batch, taker);
    }
  }

  private void run(List<Tokens> texts, List<Integer> batch, Taker taker) {
    List<Map<Site, Floats>> activations;
    try {
      List<Prompt> prompts = batch.stream().map(i -> Prompt.ofIds(texts.get(i).ids())).toList();
      activations = model.activations(prompts, widths.keySet());
    } catch (SteercException e) {
      if (batch.size() == 1) {
        taker.failed(batch.get(0), e);
      } else {
        batch.forEach(one -> run(texts, List.of(one), taker));
      }
      return;
    }
    for (int i = 0; i < batch.size(); i++) {
      Tokens text = texts.get(batch.get(i));
      taker.rows(batch.get(i), Pooled.of(pooling, text, activations.get(i)));
    }
  }

  private List<List<Integer>> batches(List<Tokens> texts) {
    Map<Integer, List<Integer>> open = new LinkedHashMap<>();
    List<List<Integer>> batches = new ArrayList<>();
    IntStream.range(0, texts.size())
        .boxed()
        .sorted(Comparator.comparingInt(i -> texts.get(i).ids().length))
        .forEach(
            text -> {
              int length = texts.get(text).ids().length;
              List<Integer> batch = open.get(length);
              if (batch == null || batch.size() == most(length)) {
                batch = new ArrayList<>();
                batches.add(batch);
                open.put(length, batch);
              }
              batch.add(text);
            });
    return batches;
  }

  /** How many texts of so many tokens run together. */
  private int most(int length) {
    long token = widths.values().stream().mapToLong(width -> 4L * width).sum();
    return (int) Math.max(1, Math.min(MOST_ROWS, MOST_BYTES / Math.max(1, length * token)));
  }
}
