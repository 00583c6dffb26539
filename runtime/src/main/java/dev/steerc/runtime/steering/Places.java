package dev.steerc.runtime.steering;

import dev.steerc.plan.Layers;
import dev.steerc.plan.Site;
import dev.steerc.plan.Site.Kind;
import dev.steerc.plan.Target;
import dev.steerc.problem.SteercException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a vector acts.
 *
 * @param layers the blocks; empty leaves it to the vector
 * @param kind the site in them; empty stands for {@code resid_post}, or any site the vector has
 * @param named a value that the user named when patching, instead of blocks
 */
public record Places(Optional<Layers> layers, Optional<Kind> kind, Optional<String> named) {
  private static final Pattern TEXT = Pattern.compile("([-0-9.,]+?|all)(?:\\.([a-z_]+))?");

  /** Wherever the vector was learned. */
  public static final Places OWN = new Places(Optional.empty(), Optional.empty(), Optional.empty());

  /** The output of one block. */
  public static Places block(int block) {
    return at(new Site.InBlock(block, Kind.RESID_POST));
  }

  /** One site. */
  public static Places at(Site site) {
    if (site instanceof Site.InBlock in) {
      Layers.Range range = new Layers.Range(in.block(), in.block());
      return new Places(
          Optional.of(new Layers(List.of(range))), Optional.of(in.kind()), Optional.empty());
    }
    return new Places(Optional.empty(), Optional.empty(), Optional.of(((Site.Named) site).value()));
  }

  /** Reads {@code 6}, {@code 4-8,10}, {@code all}, {@code 6.attn_out} or {@code value=NAME}. */
  public static Optional<Places> parse(String text) {
    if (text.startsWith("value=") && !text.equals("value=")) {
      return Optional.of(at(new Site.Named(text.substring("value=".length()))));
    }
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    try {
      Layers layers = Layers.parse(matcher.group(1));
      Optional<Kind> kind = Optional.ofNullable(matcher.group(2)).map(Target::site);
      return Optional.of(new Places(Optional.of(layers), kind, Optional.empty()));
    } catch (SteercException e) {
      return Optional.empty();
    }
  }

  /** The one site that is meant; empty when it is none, several, or whatever a vector has. */
  public Optional<Site> site() {
    if (named.isPresent() || layers.isEmpty() || layers.get().ranges().size() != 1) {
      return value();
    }
    Layers.Range range = layers.get().ranges().get(0);
    return range.first() == range.last()
        ? Optional.of(new Site.InBlock(range.first(), kind.orElse(Kind.RESID_POST)))
        : Optional.empty();
  }

  boolean isOwn() {
    return equals(OWN);
  }

  /** The site itself, when the place names one value. */
  Optional<Site> value() {
    return named.map(Site.Named::new);
  }

  /** The highest block that is named; -1 when none is. */
  int highest() {
    return layers.stream()
        .flatMap(all -> all.ranges().stream())
        .mapToInt(Layers.Range::last)
        .max()
        .orElse(-1);
  }

  /** Whether a site of a vector is meant. */
  boolean includes(Site site, int blocks) {
    if (isOwn()) {
      return true;
    }
    if (!(site instanceof Site.InBlock in)) {
      return value().equals(Optional.of(site));
    }
    return layers.isPresent()
        && layers.get().of(blocks).contains(in.block())
        && kind.map(in.kind()::equals).orElse(true);
  }

  /** As the command line writes it, without the {@code @}; empty for a vector's own places. */
  @Override
  public String toString() {
    if (named.isPresent()) {
      return "value=" + named.get();
    }
    return layers.map(Layers::toString).orElse("") + kind.map(k -> "." + k.label()).orElse("");
  }
}
