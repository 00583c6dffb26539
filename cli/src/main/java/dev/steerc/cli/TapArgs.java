package dev.steerc.cli;

import dev.steerc.plan.Intervention;
import dev.steerc.plan.Layers;
import dev.steerc.plan.Site;
import dev.steerc.plan.Tap;
import dev.steerc.problem.Choices;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.Twin;
import dev.steerc.runtime.capture.Pooling;
import dev.steerc.runtime.capture.Sites;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Option;

/** Where a model's activations are taken, and of which tokens. */
public final class TapArgs {
  @Option(
      names = {"--site", "--sites"},
      paramLabel = "SITE",
      split = ",",
      description =
          "resid_pre, attn_out, resid_mid, mlp_out or resid_post (the default), one site such as"
              + " 6.resid_mid, or all; several with commas.")
  private List<String> words = List.of(Site.Kind.RESID_POST.label());

  @Option(
      names = "--layers",
      paramLabel = "LAYERS",
      description = "The blocks to look at, counted from 0: 6, 4-8,10 or all (the default).")
  private String layers = "all";

  private final Set<Site> sites = new LinkedHashSet<>();

  /** Opens the model with taps there, or a copy that has them. */
  public Twin open(ModelArgs model) {
    Layers blocks = Layers.parse(layers);
    return Twin.open(
        model.path(),
        description -> {
          sites.addAll(Sites.of(description, words, blocks));
          List<Intervention> taps = new ArrayList<>();
          sites.forEach(site -> taps.add(new Tap(site)));
          return taps;
        },
        model.options());
  }

  /** The sites, once the model is open. */
  public Set<Site> sites() {
    return Collections.unmodifiableSet(sites);
  }

  /** The tokens of a word, or a problem that lists the words. */
  public static Pooling pooling(String word, List<Pooling> choices) {
    List<String> words = choices.stream().map(Pooling::label).toList();
    return choices.stream()
        .filter(pooling -> pooling.label().equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                Problem.of(Code.USAGE, "there are no positions `" + word + "`")
                    .help(Choices.help(word, words))
                    .exception());
  }
}
