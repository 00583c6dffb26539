package dev.steerc.runtime.measure;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.format.Digest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Prompts in two halves, which share none: what is chosen on one is reported on the other. Which
 * half a prompt is in depends on a hash of the prompts, not on their order.
 *
 * @param choosing one more where the number is odd
 */
public record Halves(List<String> choosing, List<String> reporting) {

  /**
   * Parts prompts; each half keeps their order.
   *
   * @throws dev.steerc.problem.SteercException when there are fewer than two
   */
  public static Halves of(List<String> prompts) {
    if (prompts.size() < 2) {
      throw Problem.of(Code.BAD_PROMPTS, "a sweep needs two prompts at least")
          .note("half of them are to choose by, half to report on; there is " + prompts.size())
          .help("write some dozens")
          .exception();
    }
    List<String> shuffled = new ArrayList<>(prompts);
    shuffled.sort(Comparator.comparing(Digest::sha256));
    Set<String> first = new HashSet<>();
    for (int i = 0; i < shuffled.size(); i += 2) {
      first.add(shuffled.get(i));
    }
    return new Halves(
        prompts.stream().filter(first::contains).toList(),
        prompts.stream().filter(prompt -> !first.contains(prompt)).toList());
  }
}
