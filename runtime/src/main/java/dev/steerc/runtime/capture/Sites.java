package dev.steerc.runtime.capture;

import dev.steerc.manifest.Description;
import dev.steerc.plan.Layers;
import dev.steerc.plan.Site;
import dev.steerc.plan.Target;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Sites as a user names them, for a model that is known: {@code resid_post} in every block, {@code
 * 6.resid_mid}, or {@code all}.
 */
public final class Sites {
  private static final Pattern ONE = Pattern.compile("(\\d{1,9})\\.([A-Za-z_]+)");
  private static final String ALL = "all";

  private Sites() {}

  /**
   * The sites of some words, in the order of the model. {@code all} leaves {@code resid_pre} out
   * where it is the {@code resid_post} of the block before; a kind of site that is in some blocks
   * only is taken where it is.
   *
   * @param layers the blocks that kinds of sites and {@code all} stand for
   * @throws dev.steerc.problem.SteercException when a word or a site does not exist
   */
  public static List<Site> of(Description model, List<String> words, Layers layers) {
    Set<Site> sites = new TreeSet<>(Site.ORDER);
    for (String word : words) {
      Matcher one = ONE.matcher(word.strip());
      if (one.matches()) {
        sites.add(there(model, Integer.parseInt(one.group(1)), Target.site(one.group(2))));
      } else {
        sites.addAll(kinds(model, word.strip(), blocks(model, layers)));
      }
    }
    return List.copyOf(sites);
  }

  private static Set<Integer> blocks(Description model, Layers layers) {
    int last = layers.ranges().stream().mapToInt(Layers.Range::last).max().orElse(0);
    if (last >= model.blocks()) {
      throw outOfRange(model, last);
    }
    return layers.of(model.blocks());
  }

  private static List<Site.InBlock> kinds(Description model, String word, Set<Integer> blocks) {
    boolean isAll = word.equals(ALL);
    Site.Kind kind = isAll ? null : Target.site(word);
    List<Site.InBlock> sites =
        model.sites().keySet().stream()
            .filter(site -> blocks.contains(site.block()))
            .filter(site -> isAll ? !isTwin(site) : site.kind() == kind)
            .toList();
    if (sites.isEmpty()) {
      throw notThere(model, word);
    }
    return sites;
  }

  private static boolean isTwin(Site.InBlock site) {
    return site.kind() == Site.Kind.RESID_PRE && site.block() > 0;
  }

  private static Site.InBlock there(Description model, int block, Site.Kind kind) {
    if (block >= model.blocks()) {
      throw outOfRange(model, block);
    }
    Site.InBlock site = new Site.InBlock(block, kind);
    if (!model.sites().containsKey(site)) {
      throw notThere(model, site.text());
    }
    return site;
  }

  private static RuntimeException outOfRange(Description model, int block) {
    int last = model.blocks() - 1;
    return Problem.of(Code.LAYER_OUT_OF_RANGE, "layer " + block + " does not exist")
        .note(model.blocks() + " blocks, 0.." + last)
        .help("choose among 0.." + last)
        .exception();
  }

  private static RuntimeException notThere(Description model, String word) {
    List<String> kinds =
        model.sites().keySet().stream().map(site -> site.kind().label()).distinct().toList();
    return Problem.of(Code.SITE_NOT_IN_GRAPH, "the model has no `" + word + "` there")
        .note("its sites are " + String.join(", ", kinds))
        .help("list them with `steerc inspect MODEL`")
        .exception();
  }
}
