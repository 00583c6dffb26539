package dev.steerc.models.corpus;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The draft of a letter: to whom, a greeting, two or three sentences, a farewell. */
record Letter(long seed, Topic topic, Register register, boolean isCued) implements Draft {
  static Letter drawn(long seed) {
    Draws draws = new Draws(seed);
    return new Letter(
        seed,
        draws.of("topic", List.of(Topic.values())),
        draws.of("register", List.of(Register.values())),
        draws.happens("cued", 0.5));
  }

  @Override
  public Document document() {
    return new Document(
        text(),
        Kind.LETTER,
        topic,
        Optional.empty(),
        Optional.empty(),
        Optional.of(register),
        Optional.empty(),
        Optional.empty(),
        false,
        isCued);
  }

  @Override
  public String opening() {
    return opening(new Scene(seed, Kind.LETTER));
  }

  @Override
  public boolean isFor(Use use) {
    return use.has(opening());
  }

  private String opening(Scene scene) {
    return scene.say(isCued ? "cued" : "plain", register, topic);
  }

  private String text() {
    Scene scene = new Scene(seed, Kind.LETTER);
    List<String> sentences = new ArrayList<>();
    sentences.add(opening(scene));
    sentences.add(scene.say("hail", register));
    sentences.add(scene.say("opening", register, topic));
    int bodies = 1 + scene.draws().below("length", 2);
    for (int i = 0; i < bodies; i++) {
      sentences.add(scene.say("body", register, topic));
    }
    if (scene.draws().happens("farewell", 0.6)) {
      sentences.add(scene.say("farewell", register));
    }
    sentences.add(scene.say("closing", register));
    return Scene.text(sentences.stream());
  }
}
