package dev.steerc.plan;

import dev.steerc.onnx.ModelFile;
import dev.steerc.residual.Residual;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a user asks for, before it is known how many blocks the model has.
 *
 * @param present what the model has already; asking for that again is no mistake
 * @param layers the blocks to steer, if named as such
 * @param sites the sites in each of those blocks
 * @param ops what to do at each of those sites, in order, without a site
 * @param targets further interventions, each with its site
 * @param mode whether ports have defaults; empty keeps what the model has, or is optional
 * @param lastLogits whether the model is to score the last position of each row only
 */
public record Request(
    List<Intervention> present,
    Optional<Layers> layers,
    List<Site.Kind> sites,
    List<Operation> ops,
    List<Intervention> targets,
    Optional<InputMode> mode,
    boolean lastLogits) {

  /** An operation that still lacks its site. */
  public interface Operation {
    Intervention at(Site site);
  }

  /** A request that leaves the logits as they are. */
  public Request(
      List<Intervention> present,
      Optional<Layers> layers,
      List<Site.Kind> sites,
      List<Operation> ops,
      List<Intervention> targets,
      Optional<InputMode> mode) {
    this(present, layers, sites, ops, targets, mode, false);
  }

  /** The same, and the last position's logits only when wanted. */
  public Request withLastLogits(boolean wanted) {
    return new Request(present, layers, sites, ops, targets, mode, wanted);
  }

  /** A request for the given interventions. */
  public static Request of(List<Intervention> targets, InputMode mode) {
    return new Request(
        List.of(), Optional.empty(), List.of(), List.of(), targets, Optional.of(mode));
  }

  /** Whether everything asked for is at values that the user names. */
  public boolean isNamedOnly() {
    return layers.isEmpty()
        && !lastLogits
        && present.stream().allMatch(t -> t.site() instanceof Site.Named)
        && targets.stream().allMatch(t -> t.site() instanceof Site.Named);
  }

  /** The interventions in a model with that residual stream. */
  public List<Intervention> interventions(ModelFile file, Optional<Residual> residual) {
    List<Intervention> asked = new ArrayList<>();
    if (layers.isPresent()) {
      Residual stream = residual.orElseThrow(() -> new IllegalStateException("no residual stream"));
      if (layers.get().highest() >= stream.blocks()) {
        throw Plan.outOfRange(file, stream, layers.get().highest()).exception();
      }
      for (int block : layers.get().of(stream.blocks())) {
        for (Site.Kind kind : sites) {
          ops.forEach(op -> asked.add(op.at(new Site.InBlock(block, kind))));
        }
      }
    }
    asked.addAll(targets);
    asked.removeAll(present);
    List<Intervention> all = new ArrayList<>(present);
    all.addAll(asked);
    return all;
  }
}
