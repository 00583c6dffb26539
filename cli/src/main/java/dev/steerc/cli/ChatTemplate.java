package dev.steerc.cli;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.el.JinjavaInterpreterResolver;
import com.hubspot.jinjava.interpret.RenderResult;
import com.hubspot.jinjava.interpret.TemplateError;
import com.hubspot.jinjava.lib.fn.ELFunctionDefinition;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.text.ChatConfig;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import jinjava.javax.el.CompositeELResolver;

/**
 * Writes a conversation down as the text that a model was trained to go on from: by the Jinja
 * template that came with it, or else as a plain transcript.
 *
 * <p>Templates are written for Python's Jinja with {@code trim_blocks} and {@code lstrip_blocks}.
 * Where Jinjava differs, {@link TemplateSource} and {@link PythonStrings} make up for it; what it
 * does not understand is a problem, since a prompt that is a little wrong is worse than none.
 */
final class ChatTemplate {
  private static final long MOST_OUTPUT = 4 << 20;

  private final ChatConfig config;

  private ChatTemplate(ChatConfig config) {
    this.config = config;
  }

  /**
   * One message.
   *
   * @param role such as {@code system}, {@code user} or {@code assistant}
   */
  record Message(String role, String content) {}

  /** The template beside a model. */
  static ChatTemplate beside(Path model) {
    return of(ChatConfig.beside(model));
  }

  static ChatTemplate of(ChatConfig config) {
    return new ChatTemplate(config);
  }

  /** What ends an answer besides the model's end tokens: in a transcript, the next question. */
  List<String> stops() {
    return config.template().isPresent() ? List.of() : List.of("\nUser:");
  }

  /**
   * The text of a conversation, up to where the answer begins.
   *
   * @throws dev.steerc.problem.SteercException when the template refuses the conversation or cannot
   *     be rendered
   */
  String render(List<Message> messages) {
    return config.template().isPresent()
        ? render(config.template().get(), messages)
        : transcript(messages);
  }

  private String render(String template, List<Message> messages) {
    List<Map<String, Object>> list = new ArrayList<>();
    for (Message message : messages) {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("role", message.role());
      map.put("content", message.content());
      list.add(map);
    }
    Map<String, Object> variables = new LinkedHashMap<>();
    variables.put("messages", list);
    variables.put("add_generation_prompt", true);
    config.beginToken().ifPresent(token -> variables.put("bos_token", token));
    config.endToken().ifPresent(token -> variables.put("eos_token", token));
    RenderResult result = jinja().renderForResult(TemplateSource.plain(template), variables);
    if (!result.getErrors().isEmpty()) {
      throw failed(result.getErrors().get(0));
    }
    return result.getOutput();
  }

  private static RuntimeException failed(TemplateError error) {
    Throwable cause = error.getException();
    while (cause != null && !(cause instanceof Refusal)) {
      cause = cause.getCause();
    }
    return Problem.of(Code.BAD_TEMPLATE, "the model's chat template cannot be rendered")
        .note(cause == null ? error.getMessage() : "it refuses: " + cause.getMessage())
        .help("mend chat_template.jinja beside the model, or use `steerc run`")
        .exception();
  }

  private static Jinjava jinja() {
    CompositeELResolver resolver = new CompositeELResolver();
    resolver.add(new PythonStrings());
    resolver.add(JinjavaInterpreterResolver.DEFAULT_RESOLVER_READ_ONLY);
    LegacyOverrides asInPython =
        LegacyOverrides.newBuilder()
            .withUsePyishObjectMapper(true)
            .withUseNaturalOperatorPrecedence(true)
            .withEvaluateMapKeys(true)
            .build();
    Jinjava jinja =
        new Jinjava(
            JinjavaConfig.newBuilder()
                .withElResolver(resolver)
                .withLegacyOverrides(asInPython)
                .withMaxOutputSize(MOST_OUTPUT)
                .withMaxStringLength(MOST_OUTPUT)
                .build());
    jinja.registerFunction(function("raise_exception"));
    jinja.registerFunction(function("strftime_now"));
    return jinja;
  }

  private static ELFunctionDefinition function(String name) {
    return new ELFunctionDefinition("", name, Functions.class, name, String.class);
  }

  /** What a template says when it does not take a conversation. */
  static final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Refusal(String message) {
      super(message);
    }
  }

  /** The functions that templates may call; named as they call them. */
  public static final class Functions {
    private Functions() {}

    public static String raise_exception(String message) {
      throw new Refusal(message);
    }

    /** The date, in the few forms of Python's that templates use. */
    public static String strftime_now(String format) {
      String pattern =
          format
              .replace("%d", "dd")
              .replace("%m", "MM")
              .replace("%b", "MMM")
              .replace("%B", "MMMM")
              .replace("%Y", "yyyy")
              .replace("%H", "HH")
              .replace("%M", "mm")
              .replace("%S", "ss");
      return LocalDateTime.now().format(DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH));
    }
  }

  /** A line for each message, and the beginning of the answer. */
  private static String transcript(List<Message> messages) {
    StringBuilder text = new StringBuilder();
    for (Message message : messages) {
      String role = message.role();
      text.append(Character.toUpperCase(role.charAt(0)))
          .append(role.substring(1))
          .append(": ")
          .append(message.content().strip())
          .append('\n');
    }
    return text + "Assistant:";
  }
}
