package dev.steerc.models.corpus;

/** The forms of a document. */
public enum Kind {
  STORY,
  LETTER,
  ANSWER
}
