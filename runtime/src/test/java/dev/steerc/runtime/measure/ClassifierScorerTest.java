package dev.steerc.runtime.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.steerc.manifest.Json;
import dev.steerc.models.corpus.Concept;
import dev.steerc.models.corpus.Pair;
import dev.steerc.problem.Code;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A classifier that is trained on labelled texts. */
class ClassifierScorerTest {
  @TempDir private Path folder;

  private ClassifierScorer scorer(List<String> lines) {
    try {
      return ClassifierScorer.open(
          Files.writeString(folder.resolve("c.jsonl"), String.join("\n", lines)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static double score(TextScorer scorer, String text) {
    return scorer.scores(List.of(new Said("p", "p", text)))[0];
  }

  private static List<String> joy(int count) {
    List<String> lines = new ArrayList<>();
    for (Pair pair : Concept.pairs("joyful", 5, count)) {
      lines.add(Json.write(Json.object("positive", pair.positive(), "negative", pair.negative())));
    }
    return lines;
  }

  @Test
  void learnsAConceptAndTellsItsAccuracy() {
    ClassifierScorer scorer = scorer(joy(100));
    assertThat(scorer.heldOut()).isEqualTo(40);
    assertThat(scorer.accuracy()).isGreaterThan(0.9);
    assertThat(scorer.remark()).contains("of 40 held-out texts right");
    int right = 0;
    for (Pair pair : Concept.pairs("joyful", 6, 50)) {
      right += score(scorer, pair.positive()) > 0.5 ? 1 : 0;
      right += score(scorer, pair.negative()) < 0.5 ? 1 : 0;
    }
    assertThat(right).isGreaterThan(85);
    assertThat(score(scorer, "")).isBetween(0.0, 1.0);
  }

  @Test
  void orderOfTheLinesDoesNotMatter() {
    List<String> lines = joy(60);
    double before = score(scorer(lines), "a happy song");
    Collections.shuffle(lines, new Random(3));
    assertThat(score(scorer(lines), "a happy song")).isCloseTo(before, within(1e-9));
  }

  /** Labels that say nothing cannot be learned: the held-out texts show it. */
  @Test
  void accuracyOfNoiseIsChance() {
    Random random = new Random(11);
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      String text = "w" + random.nextInt(50) + " w" + random.nextInt(50) + " n" + i;
      lines.add(Json.write(Json.object("text", text, "label", random.nextInt(2))));
    }
    assertThat(scorer(lines).accuracy()).isBetween(0.3, 0.7);
  }

  /** At the minimum the gradient of the loss, computed here by differences, is nothing. */
  @Test
  void weightsAreTheMinimum() {
    List<int[]> sets = List.of(new int[] {0, 1}, new int[] {1}, new int[] {2, 0}, new int[] {});
    boolean[] labels = {true, false, true, false};
    Logistic found = Logistic.of(sets, labels, 3);
    double least = loss(sets, labels, found.weights(), found.bias());
    for (int i = 0; i < 4; i++) {
      for (double step : new double[] {-1e-2, 1e-2}) {
        double[] moved = found.weights().clone();
        if (i < 3) {
          moved[i] += step;
        }
        double bias = found.bias() + (i == 3 ? step : 0);
        assertThat(loss(sets, labels, moved, bias)).isGreaterThan(least);
      }
    }
  }

  private static double loss(List<int[]> sets, boolean[] labels, double[] weights, double bias) {
    double loss = 0;
    for (int row = 0; row < labels.length; row++) {
      double z = bias;
      for (int feature : sets.get(row)) {
        z += weights[feature] / Math.sqrt(sets.get(row).length);
      }
      loss += Math.log(1 + Math.exp(labels[row] ? -z : z)) / labels.length;
    }
    for (double weight : weights) {
      loss += 0.1 / labels.length / 2 * weight * weight;
    }
    return loss;
  }

  /** What a model that is steered too much may write. */
  @Test
  void wordThatNeverEndsIsAWord() {
    ClassifierScorer scorer = scorer(joy(10));
    assertThat(score(scorer, "I" + "'m".repeat(200_000))).isEqualTo(score(scorer, "unknown"));
  }

  @Test
  void aTextInBothPartsIsNoTest() {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      lines.add("{\"text\":\"yes\",\"label\":1}");
      lines.add("{\"text\":\"no\",\"label\":0}");
    }
    assertThat(scorer(lines).heldOut()).isZero();
    assertThat(scorer(lines).remark()).contains("could not be tested");
  }

  @Test
  void filesThatTeachNothingAreRefused() {
    Refused.check(Code.BAD_SCORER, "with the concept and without", () -> scorer(List.of("")));
    Refused.check(
        Code.BAD_SCORER,
        "with the concept and without",
        () -> scorer(List.of("{\"text\":\"a\",\"label\":1}")));
    Refused.check(
        Code.BAD_SCORER,
        "`label` is 0 or 1",
        () -> scorer(List.of("{\"text\":\"a\",\"label\":2}")));
    Refused.check(Code.BAD_SCORER, "is no JSON", () -> scorer(List.of("{\"text\"")));
    Refused.check(Code.BAD_SCORER, "is no JSON object", () -> scorer(List.of("[1]")));
    Refused.check(Code.BAD_SCORER, "has no `text`", () -> scorer(List.of("{\"label\":1}")));
  }
}
