package dev.steerc.runtime.steering;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.format.Floats;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** Makes edits from what files and command lines say, and checks them. */
final class Edits {
  private static final List<String> OPS =
      List.of("add", "ablate", "clamp", "reflect", "rotate", "low-rank");

  private Edits() {}

  /** The Euclidean length. */
  static double norm(Floats vector) {
    double squares = 0;
    for (float x : vector.values()) {
      squares += (double) x * x;
    }
    return Math.sqrt(squares);
  }

  /**
   * The edit of an operation.
   *
   * @param tensors by role
   * @param number the level of a clamp, or the degrees of a rotation
   * @param where the file, for problems
   */
  static Edit of(String op, Map<String, Floats> tensors, OptionalDouble number, String where) {
    Edit edit =
        switch (op) {
          case "add" -> new Edit.Add(vector(tensors, "vector", where));
          case "ablate" -> new Edit.Ablate(vector(tensors, "vector", where));
          case "clamp" ->
              new Edit.Clamp(vector(tensors, "vector", where), needed(number, op, "level", where));
          case "reflect" -> new Edit.Reflect(vector(tensors, "vector", where));
          case "rotate" ->
              new Edit.Rotate(
                  vector(tensors, "vector", where),
                  vector(tensors, "towards", where),
                  needed(number, op, "degrees", where));
          case "low-rank" ->
              new Edit.LowRank(
                  tensor(tensors, "read", where),
                  vector(tensors, "bias", where),
                  tensor(tensors, "write", where));
          default ->
              throw Problem.of(Code.UNKNOWN_OP, "there is no operation `" + op + "`")
                  .at(where)
                  .help("choose one of " + String.join(", ", OPS))
                  .exception();
        };
    Optional<Problem> wrong = check(edit, where);
    if (wrong.isPresent()) {
      throw wrong.get().exception();
    }
    return edit;
  }

  private static double needed(OptionalDouble number, String op, String name, String where) {
    return number.orElseThrow(
        () ->
            Problem.of(Code.VECTOR_SHAPE, "`" + op + "` has no " + name)
                .at(where)
                .help("write it into the file's metadata as `" + name + "`")
                .exception());
  }

  private static Floats tensor(Map<String, Floats> tensors, String role, String where) {
    Floats tensor = tensors.get(role);
    if (tensor == null) {
      throw Problem.of(Code.VECTOR_SHAPE, "the tensor `" + role + "` is missing")
          .at(where)
          .note("there are " + tensors.keySet())
          .exception();
    }
    return tensor;
  }

  /** One vector, whose leading dimensions of size 1 are of no account. */
  private static Floats vector(Map<String, Floats> tensors, String role, String where) {
    Floats tensor = tensor(tensors, role, where);
    if (tensor.width() != tensor.values().length || tensor.values().length == 0) {
      String dims = java.util.Arrays.toString(tensor.dims());
      throw Problem.of(Code.VECTOR_SHAPE, "`" + role + "` is no single vector but " + dims)
          .at(where)
          .help("save one vector [hidden], or name its sites in a safetensors file")
          .exception();
    }
    return new Floats(new long[] {tensor.width()}, tensor.values());
  }

  /** What is wrong with an edit whatever the model; empty when nothing is. */
  static Optional<Problem> check(Edit edit, String where) {
    for (Map.Entry<String, Floats> tensor : edit.tensors().entrySet()) {
      float[] values = tensor.getValue().values();
      for (int i = 0; i < values.length; i++) {
        if (!Float.isFinite(values[i])) {
          return Optional.of(
              Problem.of(Code.VECTOR_NOT_FINITE, "the vector has an element that is " + values[i])
                  .at(where + ", `" + tensor.getKey() + "`, element " + i)
                  .help("learn or export the vector again"));
        }
      }
    }
    for (double number : edit.numbers().values()) {
      if (!Double.isFinite(number)) {
        return Optional.of(
            Problem.of(Code.BAD_STRENGTH, "`" + edit.op() + "` cannot go to " + number).at(where));
      }
    }
    return edit instanceof Edit.LowRank low ? fits(low, where) : hasDirection(edit, where);
  }

  private static Optional<Problem> fits(Edit.LowRank edit, String where) {
    long rank = edit.bias().width();
    boolean fits =
        rank > 0
            && edit.read().dims().length == 2
            && edit.write().dims().length == 2
            && edit.read().width() == rank
            && edit.write().dims()[0] == rank
            && edit.read().dims()[0] == edit.write().width();
    return fits
        ? Optional.empty()
        : Optional.of(
            Problem.of(Code.VECTOR_SHAPE, "the tensors of `low-rank` do not fit together")
                .at(where)
                .note(
                    "read "
                        + java.util.Arrays.toString(edit.read().dims())
                        + ", bias ["
                        + rank
                        + "], write "
                        + java.util.Arrays.toString(edit.write().dims()))
                .help("read is [hidden, rank], bias [rank], write [rank, hidden]"));
  }

  private static Optional<Problem> hasDirection(Edit edit, String where) {
    if (!(edit instanceof Edit.Projecting projecting)) {
      return Optional.empty();
    }
    if (edit instanceof Edit.Rotate turn && turn.towards().width() != turn.width()) {
      return Optional.of(
          Problem.of(Code.VECTOR_SHAPE, "the vectors of `rotate` do not fit together")
              .at(where)
              .note("widths " + turn.width() + " and " + turn.towards().width())
              .help("give two vectors [hidden]"));
    }
    for (float x : projecting.projection().write()) {
      if (!Float.isFinite(x)) {
        return Optional.of(
            Problem.of(Code.VECTOR_SHAPE, "`" + edit.op() + "` has no direction")
                .at(where)
                .note("the vector is zero, or both of a rotation point the same way")
                .help("give a vector that is not zero"));
      }
    }
    return Optional.empty();
  }
}
