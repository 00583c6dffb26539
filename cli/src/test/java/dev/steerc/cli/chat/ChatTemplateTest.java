package dev.steerc.cli.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.steerc.cli.chat.ChatTemplate.Message;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.text.ChatConfig;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChatTemplateTest {
  private static final LocalDateTime NOW = LocalDateTime.of(2024, 7, 6, 5, 4, 3);
  private static final Message SYSTEM = new Message("system", " Be <b>brief</b>. ");
  private static final Message USER = new Message("user", "Hi {{ 7*7 }}");
  private static final Message ANSWER = new Message("assistant", "<think>\nhm\n</think>\n\nYo\n");
  private static final Message NEXT = new Message("user", "false");

  /**
   * Templates in the manner of well-known models, against what Jinja 3.1.6, set up as in
   * transformers, writes for the same conversations.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "chatml",
        "llama2",
        "llama3",
        "mistral",
        "gemma",
        "zephyr",
        "phi3",
        "thinking",
        "dated"
      })
  void textIsThatOfTheReference(String name) throws IOException {
    ChatTemplate template = template(resource("/chat/" + name + ".jinja"));
    assertThat(
            String.join(
                "\n=====\n",
                text(template, true, SYSTEM, USER, ANSWER, NEXT),
                text(template, true, USER),
                text(template, false, USER, ANSWER)))
        .isEqualTo(resource("/chat/" + name + ".txt"));
  }

  private static String text(ChatTemplate template, boolean prompt, Message... messages) {
    try {
      return template.render(List.of(messages), prompt, NOW);
    } catch (SteercException e) {
      Problem problem = e.problems().get(0);
      assertThat(problem.code()).isEqualTo(Code.BAD_TEMPLATE);
      return problem.notes().get(0).replace("it says:", "raised:");
    }
  }

  @Test
  void withoutATemplateThereIsATranscript() {
    ChatTemplate none = ChatTemplate.of(ChatConfig.NONE);
    assertThat(none.isFromModel()).isFalse();
    assertThat(none.render(List.of(SYSTEM, USER, ANSWER, NEXT), true))
        .isEqualTo(
            """
            System: Be <b>brief</b>.
            User: Hi {{ 7*7 }}
            Assistant: <think>
            hm
            </think>

            Yo
            User: false
            Assistant:""");
    assertThat(none.render(List.of(USER), false)).isEqualTo("User: Hi {{ 7*7 }}\n");
  }

  @Test
  void brokenTemplatesAreAProblem() {
    SteercException refusal =
        catchThrowableOfType(
            SteercException.class,
            () -> template("a\n{% include 'x' %}").render(List.of(USER), true));
    assertThat(refusal.problems()).extracting(Problem::code).containsExactly(Code.BAD_TEMPLATE);
    assertThat(refusal.problems().get(0).notes())
        .containsExactly("line 2: the tag `include` is not supported");
  }

  @Test
  void whatAUserWritesIsNeverATemplate() {
    Message message = new Message("user", "{{ bos_token }}{% raise %}{# x #}");
    assertThat(template("{{ messages[0].content }}").render(List.of(message), true))
        .isEqualTo(message.content());
  }

  private static ChatTemplate template(String source) {
    return ChatTemplate.of(
        new ChatConfig(Optional.of(source), Optional.of("<s>"), Optional.of("</s>")));
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = ChatTemplateTest.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
