package dev.steerc.models.corpus;

import java.util.Optional;

/**
 * One text of the corpus, with what it was written to be.
 *
 * @param text plain ASCII on one line
 * @param mood of a story
 * @param second the mood that a story ends in, where it turns
 * @param register of a letter
 * @param tone of an answer
 * @param rule the rule that an answer follows, where one is given
 * @param refused whether the answer refuses
 * @param cued whether the beginning names the mood, the topic, the register or the tone
 */
public record Document(
    String text,
    Kind kind,
    Topic topic,
    Optional<Mood> mood,
    Optional<Mood> second,
    Optional<Register> register,
    Optional<Tone> tone,
    Optional<Rule> rule,
    boolean refused,
    boolean cued) {}
