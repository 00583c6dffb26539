package dev.steerc.models.family;

import dev.steerc.models.Dialect;
import dev.steerc.models.Trait;
import java.util.Set;

/** One way of writing an architecture down. */
public record Spelling(Dialect dialect, NormOp norm, AttentionOp attention, Set<Quirk> quirks) {
  public Spelling {
    quirks = Set.copyOf(quirks);
  }

  boolean has(Quirk quirk) {
    return quirks.contains(quirk);
  }

  /** Whether keys and values of earlier runs are inputs. */
  boolean isCached() {
    return dialect.has(Trait.PAST);
  }

  boolean takesPositions() {
    return !has(Quirk.COUNTED_POSITIONS) && !has(Quirk.MASKED_POSITIONS);
  }

  /** Whether some operator is ORT's own. */
  boolean isContrib() {
    return norm == NormOp.SKIP
        || attention == AttentionOp.GROUP_QUERY
        || attention == AttentionOp.MULTI_HEAD
        || has(Quirk.FUSED_EXPERTS);
  }

  Spelling with(Quirk... more) {
    var all = new java.util.HashSet<>(quirks);
    all.addAll(Set.of(more));
    return new Spelling(dialect, norm, attention, all);
  }
}
