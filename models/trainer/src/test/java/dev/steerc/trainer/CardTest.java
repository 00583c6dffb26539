package dev.steerc.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.models.Gpt2;
import dev.steerc.trainer.Carry.Share;
import dev.steerc.trainer.Measured.Condition;
import dev.steerc.trainer.Measured.Entry;
import dev.steerc.trainer.Measured.Point;
import dev.steerc.trainer.Measured.Sample;
import dev.steerc.trainer.Progress.Line;
import dev.steerc.trainer.Trained.Carried;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The card of a model that does not exist, with made-up numbers. */
class CardTest {
  @TempDir Path folder;
  private Path model;

  @BeforeAll
  static void noScreen() {
    System.setProperty("java.awt.headless", "true");
  }

  @BeforeEach
  void files() throws IOException {
    model = Export.write(Gpt2.random(Toy.SIZES, 5), folder);
    JsonLines.write(folder.resolve(Trained.FILE), trained().toMap());
    measured().write(folder);
  }

  @Test
  void filesComeBackAsTheyWere() {
    assertThat(Trained.read(folder)).isEqualTo(trained());
    assertThat(Measured.read(folder)).isEqualTo(measured());
  }

  @Test
  void theCardHasTheNumbersThatWereMeasured() throws IOException {
    assertThat(card()).isZero();
    assertThat(Files.readString(folder.resolve("README.md")))
        .contains("1.07 million parameters in 4 blocks of width 128")
        .contains("| joy | 2 | `joy` | 12 % → **91 %** | 2.50 → 2.75 (× 1.10) | 0.60 → 0.55 |")
        .contains("100,000 documents")
        .contains("6000 steps of up to 1024 tokens")
        .contains("800 of 800 greedy tokens")
        .contains("| mood | 95.0 % of 100 | 100.0 % |")
        .contains("| 4 | *Anna came home and* joy joy \\| joy |")
        .doesNotContain("%s")
        .doesNotContain("NaN");
  }

  @Test
  void everyGroupHasItsPlot() throws IOException {
    assertThat(card()).isZero();
    String text = Files.readString(folder.resolve("README.md"));
    for (String plot : List.of("moods", "topics", "tones", "letters", "refusal", "loss")) {
      byte[] png = Files.readAllBytes(folder.resolve("plots").resolve(plot + ".png"));
      assertThat(ImageIO.read(new ByteArrayInputStream(png)).getHeight()).isEqualTo(656);
      assertThat(text).contains("plots/" + plot + ".png");
    }
  }

  @Test
  void theSameNumbersGiveTheSameBytes() {
    List<Entry> entries = Group.MOODS.of(measured());
    assertThat(Plots.curves(Group.MOODS, entries)).isEqualTo(Plots.curves(Group.MOODS, entries));
  }

  @Test
  void numbersOfAnotherModelAreRefused() throws IOException {
    Files.write(model, new byte[] {1});
    assertThat(card()).isEqualTo(1);
    assertThat(folder.resolve("README.md")).doesNotExist();
  }

  @Test
  void whatWasNotMeasuredIsMissing() throws IOException {
    Files.delete(folder.resolve(Measured.FILE));
    assertThat(card()).isEqualTo(1);
    assertThat(folder.resolve("README.md")).doesNotExist();
  }

  @Test
  void aFileThatIsNotUnderstoodIsAProblem() throws IOException {
    Files.writeString(folder.resolve(Trained.FILE), "{\"model\": 7}");
    assertThat(card()).isEqualTo(1);
  }

  private int card() {
    return Main.commandLine().execute("card", "--demo=" + folder);
  }

  private Trained trained() {
    Map<String, String> recipe =
        Map.of(
            "blocks", "4",
            "hidden", "128",
            "vocabulary", "2048",
            "positions", "128",
            "documents", "100000",
            "corpus-seed", "1",
            "steps", "6000",
            "tokens", "1024");
    List<Line> curve =
        IntStream.rangeClosed(1, 60)
            .mapToObj(i -> new Line(100 * i, 96_000L * i, loss(i) + 0.02, loss(i)))
            .toList();
    return new Trained(
        Digest.of(model),
        2_200_000,
        1_071_872,
        6_050_000,
        recipe,
        "AMD EPYC",
        new Progress(5_760_000, 0.68, 871.5, curve),
        Map.of("mood", new Carried(new Share(95, 100), new Share(120, 120))),
        new Agreement(1e-5, 800, 800));
  }

  private static double loss(int line) {
    return 0.66 + 3 * Math.exp(-line / 4.0);
  }

  private Measured measured() {
    List<Entry> concepts =
        Stream.of(
                "joyful",
                "gloomy",
                "angry",
                "calm",
                "ocean",
                "forest",
                "city",
                "kitchen",
                "farm",
                "mountain",
                "polite",
                "casual",
                "rude",
                "pirate",
                "formal",
                "refusal")
            .map(CardTest::entry)
            .toList();
    Condition condition =
        new Condition(
            "pirate", "kitchen-question@1.resid_mid>0.125", 0.9, 0.05, 0.8, 0.3, List.of(20, 90));
    return new Measured(Digest.of(model), 200, 200, concepts, condition);
  }

  private static Entry entry(String concept) {
    double taste = (concept.hashCode() & 0xff) / 255.0;
    List<Point> curve =
        Stream.of(-1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0)
            .map(strength -> point(strength, taste))
            .toList();
    List<Sample> samples =
        concept.equals("joyful")
            ? List.of(
                new Sample(0, "Anna came home and", "sat down.\nThen he ate."),
                new Sample(1, "Anna came home and", "laughed out loud."),
                new Sample(4, "Anna came home and", "joy joy | joy"))
            : List.of();
    Point plain = new Point(0, 0.12, 2.5, 0.6);
    String label = concept.equals("joyful") ? "joy" : concept;
    Point steered = new Point(1, 0.91, 2.75, 0.55);
    return new Entry(
        label, concept, label, "plain beginnings", List.of(2), curve, plain, steered, samples);
  }

  private static Point point(double strength, double taste) {
    double rate = 1 / (1 + Math.exp(2 - taste - 3 * strength));
    double ratio = 1 + Math.pow(Math.abs(strength), 2) * (0.1 + taste / 2);
    return new Point(strength, rate, 2.5 * ratio, 0.6 / ratio);
  }
}
