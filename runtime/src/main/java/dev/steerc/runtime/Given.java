package dev.steerc.runtime;

import dev.steerc.plan.Site;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.steering.Steering;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/** Runs texts that are given and looks at them; nothing is generated. */
record Given(SteeredModel model) {

  /** Runs each text once, and takes what there is to be seen of it. */
  <T> List<T> look(List<Continued> texts, Set<Site> taps, Function<Lane, List<T>> eyes) {
    if (!model.ports().taps().keySet().containsAll(taps)) {
      throw noTap(taps);
    }
    List<Row> rows = new ArrayList<>();
    for (Continued text : texts) {
      rows.add(row(rows.size(), text, text.prompt().steering()));
    }
    Map<Integer, T> seen = new TreeMap<>();
    for (List<Row> group :
        model.groups(rows, Memory.atOnce(SteeredModel.longest(rows), model.vocabulary()))) {
      model.check(group);
      List<T> done = lookTogether(group, eyes);
      for (int i = 0; i < done.size(); i++) {
        seen.put(group.get(i).index(), done.get(i));
      }
    }
    return List.copyOf(seen.values());
  }

  private Row row(int index, Continued text, Steering steering) {
    long[] prompt = model.ids(text.prompt());
    long[] ids = model.checked(Continued.whole(prompt, text.tokens()), true);
    return Row.given(index, prompt.length, ids, model.bind(steering, prompt.length, ids.length));
  }

  private <T> List<T> lookTogether(List<Row> group, Function<Lane, List<T>> eyes) {
    List<T> seen = new ArrayList<>();
    try (Lane lane = model.lane(group, new Breaker())) {
      model.running(() -> seen.addAll(eyes.apply(lane)));
    }
    return seen;
  }

  List<Divergence> compare(List<Continued> texts) {
    List<Row> steered = new ArrayList<>();
    List<Row> plain = new ArrayList<>();
    for (Continued text : texts) {
      steered.add(row(steered.size(), text, text.prompt().steering()));
      plain.add(row(plain.size(), text, Steering.NONE));
    }
    Divergence[] all = new Divergence[texts.size()];
    int atOnce = Math.max(1, Memory.atOnce(SteeredModel.longest(steered), model.vocabulary()) / 2);
    for (List<Row> group : model.groups(steered, atOnce)) {
      model.check(group);
      List<Row> twins = group.stream().map(row -> plain.get(row.index())).toList();
      List<Divergence> done = compareTogether(group, twins);
      for (int i = 0; i < done.size(); i++) {
        all[group.get(i).index()] = done.get(i);
      }
    }
    return List.of(all);
  }

  private List<Divergence> compareTogether(List<Row> steered, List<Row> plain) {
    List<Divergence> done = new ArrayList<>();
    try (Lane lane = model.lane(steered, new Breaker());
        Lane other = model.lane(plain, new Breaker())) {
      model.running(() -> done.addAll(lane.compare(other)));
    }
    return done;
  }

  private RuntimeException noTap(Set<Site> taps) {
    Set<Site> missing = new LinkedHashSet<>(taps);
    missing.removeAll(model.ports().taps().keySet());
    Site first = missing.iterator().next();
    return Problem.of(Code.TAP_MISSING, first.text() + " is no output of the model")
        .at(model.path())
        .help("patch it again with a tap there: `steerc patch MODEL --at " + first.text() + ":tap`")
        .exception();
  }
}
