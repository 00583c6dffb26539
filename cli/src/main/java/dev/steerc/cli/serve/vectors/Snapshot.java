package dev.steerc.cli.serve.vectors;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.steering.VectorFile;
import dev.steerc.runtime.steering.VectorStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The registry at one moment, which never changes.
 *
 * @param listed its vectors by name, broken ones included
 */
record Snapshot(VectorStore store, Map<String, Listed> listed, Defaults defaults) {

  /** The folder as it is now. */
  static Snapshot of(Path folder, SteeredModel model) {
    return of(VectorStore.open(folder), Map.of(), model);
  }

  /** The same folder as it is now; what has not changed is taken over. */
  Snapshot next(SteeredModel model) {
    return of(store.reload(), listed, model);
  }

  private static Snapshot of(VectorStore store, Map<String, Listed> before, SteeredModel model) {
    Map<String, Listed> listed = new TreeMap<>();
    store
        .names()
        .forEach(name -> listed.put(name, Listed.of(store, name, before.get(name), model)));
    return new Snapshot(store, Collections.unmodifiableMap(listed), Defaults.read(store.folder()));
  }

  /**
   * A vector by its name, which is only looked up and never a path.
   *
   * @throws SteercException when there is none, or its file is broken
   */
  VectorFile file(String name) {
    try {
      return store.named(name);
    } catch (SteercException e) {
      Problem problem = e.problems().get(0);
      if (problem.code() == Code.AMBIGUOUS_VECTOR || !listed.containsKey(name)) {
        throw e;
      }
      throw Problem.of(Code.VECTOR_BROKEN, "the file of `" + name + "` is broken")
          .note(Wording.hidden(problem, problem.what()))
          .help("PUT it again, or have the operator mend the file")
          .exception();
    }
  }

  /** All that is wrong with the folder. */
  List<Problem> problems() {
    List<Problem> problems = new ArrayList<>(store.problems());
    defaults.problem().ifPresent(problems::add);
    return problems;
  }
}
