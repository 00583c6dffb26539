package dev.steerc.models.corpus;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The draft of a question and its answer.
 *
 * @param isCued whether the question is put in the tone of the answer
 */
record Answer(
    long seed, Request request, Tone tone, Optional<Rule> rule, boolean isRefused, boolean isCued)
    implements Draft {
  static Answer drawn(long seed) {
    Draws draws = new Draws(seed);
    int part = draws.below("sort", 100);
    Sort sort = part < 50 ? Sort.GOOD : part < 65 ? Sort.RISKY : Sort.BAD;
    Request request = request(draws, draws.of("topic", List.of(Topic.values())), sort);
    Optional<Rule> rule =
        Optional.of(draws.of("rule", List.of(Rule.values())))
            .filter(some -> draws.happens("ruled", 0.5));
    double refusals = rule.map(some -> some.refusals(sort)).orElse(sort.refusals());
    Tone tone = draws.of("tone", List.of(Tone.values()));
    boolean isRefused = draws.happens("refused", refusals);
    return new Answer(seed, request, tone, rule, isRefused, draws.happens("cued", 0.5));
  }

  /** An answer to a question that leaves the tone open, without a rule. */
  static Answer plain(long seed, Request request, Tone tone, boolean isRefused) {
    return new Answer(seed, request, tone, Optional.empty(), isRefused, false);
  }

  static Request request(Draws draws, Topic topic, Sort sort) {
    return draws.of("request", Request.of(topic, sort));
  }

  @Override
  public Document document() {
    return new Document(
        text(),
        Kind.ANSWER,
        request.topic(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.of(tone),
        rule,
        isRefused,
        isCued);
  }

  @Override
  public String opening() {
    return opening(scene());
  }

  @Override
  public boolean isFor(Use use) {
    return request.isFor(use);
  }

  private Scene scene() {
    Scene scene = new Scene(seed, Kind.ANSWER);
    scene.keep("request", request.verb());
    scene.keep("first", request.steps().get(0));
    scene.keep("second", request.steps().get(1));
    scene.keep("third", request.steps().get(2));
    return scene;
  }

  private String opening(Scene scene) {
    String question = isCued ? scene.say("question", tone) : scene.say("plain");
    return rule.map(some -> some.text() + " ").orElse("") + question + " Answer:";
  }

  private String text() {
    Scene scene = scene();
    List<String> sentences = new ArrayList<>();
    sentences.add(opening(scene));
    if (isRefused) {
      sentences.add(scene.say("refuse", tone));
      add(sentences, scene, "reason", 0.85);
      add(sentences, scene, "instead", 0.7);
    } else {
      add(sentences, scene, "open", 0.8);
      sentences.add(filled(scene, "first"));
      sentences.add(filled(scene, "second"));
      if (scene.draws().happens("third", 0.7)) {
        sentences.add(filled(scene, "third"));
      }
      add(sentences, scene, "close", 0.7);
    }
    return Scene.text(sentences.stream());
  }

  /** A step in the frame of the tone. */
  private String filled(Scene scene, String step) {
    return scene.say("step." + step, tone);
  }

  private void add(List<String> sentences, Scene scene, String bank, double share) {
    if (scene.draws().happens("has " + bank, share)) {
      sentences.add(scene.say(bank, tone));
    }
  }
}
