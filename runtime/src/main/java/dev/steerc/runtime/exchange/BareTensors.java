package dev.steerc.runtime.exchange;

import dev.steerc.plan.Site;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.format.Safetensors;
import dev.steerc.runtime.format.TensorFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Tensors whose names or rows say a layer and nothing of where in it they belong. */
final class BareTensors {
  private static final Pattern NUMBERED =
      Pattern.compile("(?:(?:\\w{1,64}\\.){0,8}(?:layers?|blocks?|h)[._])?(\\d{1,6})");

  private BareTensors() {}

  /** The vector file that they are when each is taken for the output of a block, if they fit. */
  static Optional<Imported> read(TensorFile.Kind kind, Safetensors file, String where) {
    if (file.metadata().containsKey("op")) {
      return Optional.empty(); // steerc's own
    }
    if (file.tensors().size() == 1) {
      Map.Entry<String, Floats> only = file.tensors().entrySet().iterator().next();
      if (isMatrix(only.getValue())) {
        return Optional.of(rows(kind, file, only.getKey(), only.getValue()));
      }
    }
    return file.tensors().keySet().stream().allMatch(name -> NUMBERED.matcher(name).matches())
        ? Optional.of(named(kind, file, where))
        : Optional.empty();
  }

  private static boolean isMatrix(Floats tensor) {
    return Arrays.stream(tensor.dims()).filter(dim -> dim != 1).count() == 2 && tensor.width() > 1;
  }

  private static Imported rows(TensorFile.Kind kind, Safetensors file, String name, Floats matrix) {
    Map<String, Floats> tensors = new LinkedHashMap<>();
    List<Move> moves = new ArrayList<>();
    int width = matrix.width();
    for (int row = 0; row < matrix.values().length / width; row++) {
      float[] values = Arrays.copyOfRange(matrix.values(), row * width, (row + 1) * width);
      Site site = new Site.InBlock(row, Site.Kind.RESID_POST);
      tensors.put(site.path(), new Floats(new long[] {width}, values));
      moves.add(new Move((name.isEmpty() ? "row " : name + ", row ") + row, site));
    }
    return imported(
        kind,
        file,
        tensors,
        moves,
        "row N is taken for the output of block N; if row 0 is the embedding, as in hidden_states of"
            + " transformers, save the others only");
  }

  private static Imported named(TensorFile.Kind kind, Safetensors file, String where) {
    Map<String, Floats> tensors = new LinkedHashMap<>();
    List<Move> moves = new ArrayList<>();
    file.tensors()
        .forEach(
            (name, tensor) -> {
              Matcher matcher = NUMBERED.matcher(name);
              matcher.matches();
              int block = Integer.parseInt(matcher.group(1));
              Site site = new Site.InBlock(block, Site.Kind.RESID_POST);
              moves.add(new Move(name, site));
              if (tensors.put(site.path(), tensor) != null) {
                throw Problem.of(Code.VECTOR_SHAPE, "two tensors are of layer " + block)
                    .at(where)
                    .help("name them blocks.N.resid_post, blocks.N.resid_mid and so on")
                    .exception();
              }
            });
    return imported(
        kind,
        file,
        tensors,
        moves,
        "the number in a name is taken for a block, counted from 0, at whose output it is added");
  }

  private static Imported imported(
      TensorFile.Kind kind,
      Safetensors file,
      Map<String, Floats> tensors,
      List<Move> moves,
      String reason) {
    Map<String, String> metadata = new LinkedHashMap<>(file.metadata());
    metadata.put("op", "add");
    return new Imported(kind, new Safetensors(metadata, tensors), Optional.empty(), moves, reason);
  }
}
