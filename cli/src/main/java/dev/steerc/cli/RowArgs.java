package dev.steerc.cli;

import dev.steerc.cli.rows.Row;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.bulk.Task;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which fields of a row say what. */
public final class RowArgs {
  @Option(
      names = "--prompt-column",
      paramLabel = "NAME",
      defaultValue = "prompt",
      description = "The field that has the prompt (default: ${DEFAULT-VALUE}).")
  private String prompt;

  @Option(
      names = "--steer-column",
      paramLabel = "NAME",
      defaultValue = "steer",
      description =
          "The field that has vectors as --steer takes them, with spaces between or as a list"
              + " (default: ${DEFAULT-VALUE}).")
  private String steer;

  @Option(
      names = "--id-column",
      paramLabel = "NAME",
      defaultValue = "id",
      description = "The field that tells rows apart (default: ${DEFAULT-VALUE}).")
  private String id;

  /**
   * Which columns say what.
   *
   * @param usual what a row gets that says nothing of its steering
   */
  public dev.steerc.runtime.bulk.Fields fields(List<String> usual) {
    return new dev.steerc.runtime.bulk.Fields(prompt, steer, id, usual);
  }

  /**
   * What a row asks for.
   *
   * @param usual the steering of a row that says nothing of it
   */
  Task task(Row row, List<String> usual) {
    if (row.problem().isPresent()) {
      throw row.problem().get().exception();
    }
    Map<String, Object> fields = row.fields();
    Task task = Task.of(prompt(row)).steered(steer(row).orElse(usual));
    Object name = fields.get(id);
    task = name == null ? task : task.id(String.valueOf(name));
    Optional<Long> seed = whole(row, "seed", fields.get("seed"));
    task = seed.isPresent() ? task.seed(seed.get()) : task;
    Optional<Long> most = whole(row, "max_new_tokens", fields.get("max_new_tokens"));
    return most.isPresent()
        ? task.maxNewTokens((int) Math.max(-1, Math.min(Integer.MAX_VALUE, most.get())))
        : task;
  }

  private Prompt prompt(Row row) {
    Object text = row.fields().get(prompt);
    Object ids = row.fields().get("ids");
    if ((text == null) == (ids == null)) {
      throw wrong(row, text == null ? "has no `" + prompt + "`" : "has two prompts");
    }
    if (text instanceof String words) {
      return Prompt.of(words);
    }
    if (text != null) {
      throw wrong(row, "has no text at `" + prompt + "`");
    }
    List<?> all = ids instanceof String cell ? Arrays.asList(cell.split("[, ]+")) : List.of();
    all = ids instanceof List<?> list ? list : all;
    long[] tokens = all.stream().mapToLong(one -> whole(row, "ids", one).orElse(-1L)).toArray();
    return Prompt.ofIds(tokens);
  }

  private Optional<List<String>> steer(Row row) {
    Object value = row.fields().get(steer);
    if (value == null) {
      return Optional.empty();
    }
    if (value instanceof String text) {
      return Optional.of(
          Arrays.stream(text.strip().split("\\s+")).filter(one -> !one.isEmpty()).toList());
    }
    List<String> texts = new ArrayList<>();
    for (Object one : value instanceof List<?> list ? list : List.of(value)) {
      if (!(one instanceof String text)) {
        throw wrong(row, "has something other than text at `" + steer + "`");
      }
      texts.add(text);
    }
    return Optional.of(texts);
  }

  /** A whole number, which CSV has as text. */
  private static Optional<Long> whole(Row row, String name, Object value) {
    if (value == null) {
      return Optional.empty();
    }
    if (!value.toString().strip().matches("-?\\d{1,18}")) {
      throw wrong(row, "has no whole number at `" + name + "`");
    }
    return Optional.of(Long.valueOf(value.toString().strip()));
  }

  private static SteercException wrong(Row row, String how) {
    return Problem.of(Code.BAD_ROW, "line " + row.line() + " " + how).exception();
  }
}
