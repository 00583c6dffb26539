package dev.steerc.runtime.capture;

import dev.steerc.plan.Intervention;
import dev.steerc.plan.Layers;
import dev.steerc.plan.Site;
import dev.steerc.plan.Tap;
import dev.steerc.runtime.ModelOptions;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.Twin;
import dev.steerc.runtime.format.Floats;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An open model, or a copy of it, that has a tap at each of some sites.
 *
 * @param sites in the order of the model
 */
public record Tapped(Twin twin, List<Site> sites) implements AutoCloseable {

  public Tapped {
    sites = List.copyOf(sites);
  }

  /**
   * Opens it.
   *
   * @param words sites as users name them, see {@link Sites}
   * @throws dev.steerc.problem.SteercException when a site does not exist, or the model cannot be
   *     patched or run
   */
  public static Tapped open(Path model, List<String> words, Layers layers, ModelOptions options) {
    List<Site> sites = new ArrayList<>();
    Twin twin =
        Twin.open(
            model,
            description -> {
              sites.addAll(Sites.of(description, words, layers));
              List<Intervention> taps = new ArrayList<>();
              sites.forEach(site -> taps.add(new Tap(site)));
              return taps;
            },
            options);
    return new Tapped(twin, sites);
  }

  public SteeredModel model() {
    return twin.model();
  }

  /** The elements of a row at each site. */
  public Map<Site, Integer> widths() {
    return widths(model(), new LinkedHashSet<>(sites), 0);
  }

  /** The same of any model with taps, which only running some tokens tells for sure. */
  static Map<Site, Integer> widths(SteeredModel model, Set<Site> sites, long... ids) {
    Map<Site, Floats> there = model.activations(List.of(Prompt.ofIds(ids)), sites).get(0);
    Map<Site, Integer> widths = new LinkedHashMap<>();
    sites.forEach(site -> widths.put(site, there.get(site).width()));
    return widths;
  }

  @Override
  public void close() {
    twin.close();
  }
}
