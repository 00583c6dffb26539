package dev.steerc.cli.serve.openai;

import dev.steerc.cli.chat.ChatTemplate;
import dev.steerc.cli.chat.ChatTemplate.Message;
import dev.steerc.cli.serve.http.Body;
import dev.steerc.runtime.Prompt;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The messages of a chat, as the prompt that the model's template makes of them. */
record ChatMessages(ChatTemplate template) {
  /** Templates know the roles of old, and a developer says what a system message said. */
  private static final String DEVELOPER = "developer";

  private static final Set<String> ROLES = Set.of("system", DEVELOPER, "user", "assistant");

  Prompt prompt(Body body) {
    List<Message> messages = body.objects("messages").stream().map(this::message).toList();
    if (messages.isEmpty()) {
      throw body.wrong("messages", "`messages` has no message");
    }
    Prompt prompt = Prompt.of(template.render(messages, true));
    return (template.isFromModel() ? prompt.verbatim() : prompt)
        .with(settings -> settings.stop(template.stops().toArray(String[]::new)));
  }

  private Message message(Body body) {
    Fields.MESSAGE.check(body);
    String role = body.needText("role");
    if (!ROLES.contains(role)) {
      throw body.wrong("role", "there is no role `" + role + "` here");
    }
    return new Message(role.equals(DEVELOPER) ? "system" : role, content(body));
  }

  private static String content(Body message) {
    if (message.any("content").orElse(null) instanceof List<?>) {
      return message.objects("content").stream()
          .map(ChatMessages::part)
          .collect(Collectors.joining("\n"));
    }
    return message.needText("content");
  }

  private static String part(Body part) {
    String type = part.needText("type");
    if (!type.equals("text")) {
      throw part.wrong("type", "the model reads text only, no `" + type + "`");
    }
    return part.needText("text");
  }
}
