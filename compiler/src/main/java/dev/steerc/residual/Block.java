package dev.steerc.residual;

import java.util.List;
import java.util.Optional;

/**
 * A transformer block, by the values of the stream around it. A site that is absent is no tensor of
 * this graph.
 *
 * @param index counted from 0
 * @param residPre the stream that the block reads
 * @param attnOut what attention adds to the stream
 * @param residMid the stream between attention and MLP; parallel blocks have none
 * @param mlpOut what the MLP adds to the stream
 * @param residPost the stream that the block leaves
 * @param anatomy what the block is made of
 * @param evidence what in the graph shows that
 */
public record Block(
    int index,
    Optional<Place> residPre,
    Optional<Place> attnOut,
    Optional<Place> residMid,
    Optional<Place> mlpOut,
    Optional<Place> residPost,
    Anatomy anatomy,
    List<Evidence> evidence) {

  public Block {
    evidence = List.copyOf(evidence);
  }

  /** Whether attention and MLP read the same value of the stream. */
  public boolean isParallel() {
    return anatomy.isParallel();
  }
}
