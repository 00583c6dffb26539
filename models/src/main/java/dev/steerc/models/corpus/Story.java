package dev.steerc.models.corpus;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The draft of a story: an opening, the place and the company, what happens, an end.
 *
 * @param second the mood after the turn
 * @param isPlain whether the opening leaves the topic open too
 */
record Story(
    long seed,
    Topic topic,
    Mood mood,
    Optional<Mood> second,
    boolean cuesMood,
    boolean cuesTopic,
    boolean isPlain)
    implements Draft {
  private static final double TURNS = 0.12;
  private static final double CUED = 0.5;

  /** The share of a story's sentences that are told in its mood; the others are neutral. */
  private static final double IN_MOOD = 0.85;

  static Story drawn(long seed) {
    Draws draws = new Draws(seed);
    Mood mood = draws.of("mood", List.of(Mood.values()));
    Optional<Mood> second =
        draws.happens("turn", TURNS) ? Optional.of(other(mood, draws)) : Optional.empty();
    int cue = draws.happens("cued", CUED) ? 1 + draws.below("cue", 3) : 0;
    boolean isPlain = draws.happens("plain", 0.75);
    Topic topic = draws.of("topic", List.of(Topic.values()));
    return new Story(seed, topic, mood, second, (cue & 1) != 0, (cue & 2) != 0, isPlain);
  }

  /** A story without cue and turn, whose opening leaves all open. */
  static Story plain(long seed, Topic topic, Mood mood) {
    return new Story(seed, topic, mood, Optional.empty(), false, false, true);
  }

  private static Mood other(Mood mood, Draws draws) {
    List<Mood> others = new ArrayList<>(List.of(Mood.values()));
    others.remove(mood);
    return draws.of("second", others);
  }

  @Override
  public Document document() {
    return new Document(
        text(),
        Kind.STORY,
        topic,
        Optional.of(mood),
        second,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        false,
        cuesMood || cuesTopic);
  }

  @Override
  public String opening() {
    return opening(new Scene(seed, Kind.STORY));
  }

  @Override
  public boolean isFor(Use use) {
    return use.has(opening());
  }

  private String opening(Scene scene) {
    return scene.say(isPlain ? "prefix" : "placed", topic);
  }

  private String text() {
    Scene scene = new Scene(seed, Kind.STORY);
    boolean begins = scene.draws().happens("begins", IN_MOOD);
    List<String> sentences = new ArrayList<>();
    sentences.add(cue(scene));
    sentences.add(opening(scene) + " " + beginning(scene, begins ? mood : Mood.NEUTRAL) + ".");
    sentences.add(sentence(isPlain ? "setup" : "there", scene, mood));
    sentences.addAll(middle(scene));
    sentences.add(end(scene, begins));
    return Scene.text(sentences.stream());
  }

  private List<String> middle(Scene scene) {
    int most = second.isPresent() ? 2 : 3;
    int count = scene.draws().happens("short", 0.12) ? 0 : 1 + scene.draws().below("length", most);
    int before = second.isPresent() ? scene.draws().below("turn", count + 1) : count;
    List<String> sentences = new ArrayList<>();
    for (int i = 0; i < before; i++) {
      sentences.add(sentence("middle", scene, mood));
    }
    second.ifPresent(now -> sentences.add(scene.say("turn", now, topic)));
    for (int i = before; i < count; i++) {
      sentences.add(sentence("middle", scene, second.orElse(mood)));
    }
    return sentences;
  }

  /** The last sentence; it tells the mood if the first one did not. */
  private String end(Scene scene, boolean begins) {
    Mood last = second.orElse(mood);
    boolean ends = scene.draws().happens("ends", 0.85);
    if (begins) {
      return ends ? sentence("end", scene, last) : "";
    }
    return scene.say("end", last, topic);
  }

  private String cue(Scene scene) {
    if (!cuesMood && !cuesTopic) {
      return "";
    }
    String kind = !cuesMood ? "topic" : cuesTopic ? "both" : "mood";
    return scene.filled(scene.draws().of("cue", Banks.of("story.cue." + kind)), mood, topic);
  }

  /** How the first sentence goes on. */
  private String beginning(Scene scene, Mood now) {
    int way = scene.draws().below("beginning", isPlain ? 10 : 6);
    String pattern = way < 6 ? "{start}" : way < 8 ? "{link} {tail}" : "{start} and {link}";
    return scene.filled(pattern, now, topic);
  }

  private String sentence(String bank, Scene scene, Mood now) {
    boolean isInMood = scene.draws().happens("in mood", IN_MOOD);
    return scene.say(bank, isInMood ? now : Mood.NEUTRAL, topic);
  }
}
