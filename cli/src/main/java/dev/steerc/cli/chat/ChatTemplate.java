package dev.steerc.cli.chat;

import dev.steerc.cli.jinja.Jinja;
import dev.steerc.cli.jinja.JinjaException;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.text.ChatConfig;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a conversation down as the text that a model was trained to go on from: by the template
 * that came with it, or else as a plain transcript.
 *
 * <p>A template writes the token that begins a text itself, so its text is encoded without special
 * tokens. The transcript has a line `User: …` or `Assistant: …` for each message, and ends with
 * `Assistant:`.
 */
public final class ChatTemplate {
  private final ChatConfig config;

  private ChatTemplate(ChatConfig config) {
    this.config = config;
  }

  /**
   * One message.
   *
   * @param role such as `system`, `user` or `assistant`
   */
  public record Message(String role, String content) {}

  /** The template beside a model. */
  public static ChatTemplate beside(Path model) {
    return of(ChatConfig.beside(model));
  }

  public static ChatTemplate of(ChatConfig config) {
    return new ChatTemplate(config);
  }

  /** What ends an answer besides the model's end tokens: in a transcript, the next question. */
  public List<String> stops() {
    return isFromModel() ? List.of() : List.of("\nUser:");
  }

  /** Whether the model brought a template, or its chats are plain transcripts. */
  public boolean isFromModel() {
    return config.template().isPresent();
  }

  /**
   * The text of a conversation.
   *
   * @param addGenerationPrompt whether to end with what begins an answer
   * @throws SteercException when the template refuses the conversation or cannot be rendered
   */
  public String render(List<Message> messages, boolean addGenerationPrompt) {
    return render(messages, addGenerationPrompt, LocalDateTime.now());
  }

  /** The text of a conversation at a given time, which some templates write into it. */
  public String render(List<Message> messages, boolean addGenerationPrompt, LocalDateTime now) {
    return config.template().isPresent()
        ? render(config.template().get(), variables(messages, addGenerationPrompt), now)
        : transcript(messages, addGenerationPrompt);
  }

  private static String render(String template, Map<String, Object> variables, LocalDateTime now) {
    try {
      return Jinja.parse(template).render(variables, now);
    } catch (JinjaException e) {
      throw new SteercException(
          Problem.of(Code.BAD_TEMPLATE, "the model's chat template cannot be rendered")
              .note(e.getMessage())
              .help("chat with a plain transcript instead, or change the template"),
          e);
    }
  }

  private Map<String, Object> variables(List<Message> messages, boolean addGenerationPrompt) {
    List<Object> list = new ArrayList<>();
    for (Message message : messages) {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("role", message.role());
      map.put("content", message.content());
      list.add(map);
    }
    Map<String, Object> variables = new LinkedHashMap<>();
    variables.put("messages", list);
    variables.put("add_generation_prompt", addGenerationPrompt);
    config.beginToken().ifPresent(token -> variables.put("bos_token", token));
    config.endToken().ifPresent(token -> variables.put("eos_token", token));
    // transformers passes none for what a chat does not have
    variables.put("tools", null);
    variables.put("documents", null);
    return variables;
  }

  private static String transcript(List<Message> messages, boolean addGenerationPrompt) {
    StringBuilder text = new StringBuilder();
    for (Message message : messages) {
      String role = message.role();
      text.append(role.isEmpty() ? "" : Character.toUpperCase(role.charAt(0)))
          .append(role.isEmpty() ? "" : role.substring(1))
          .append(": ")
          .append(message.content().strip())
          .append('\n');
    }
    return text + (addGenerationPrompt ? "Assistant:" : "");
  }
}
