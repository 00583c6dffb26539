package dev.steerc.models.corpus;

/** What a document is to be, before it is written. */
sealed interface Draft permits Story, Letter, Answer {
  /** The document; the same draft always gives the same. */
  Document document();

  /** The beginning that leaves the attributes open, without what follows it. */
  String opening();

  /** Whether its opening may be used for that; it is for one use only. */
  boolean isFor(Use use);
}
