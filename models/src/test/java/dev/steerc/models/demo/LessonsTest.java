package dev.steerc.models.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.manifest.Json;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;

/** What `steerc demo` brings along to learn from. */
class LessonsTest {
  private static final SortedMap<String, byte[]> FILES = Lessons.files();

  @Test
  void theyAreTheSameEachTime() {
    SortedMap<String, byte[]> again = Lessons.files();
    assertThat(again.keySet()).isEqualTo(FILES.keySet());
    again.forEach((name, bytes) -> assertThat(bytes).isEqualTo(FILES.get(name)));
  }

  @Test
  void everyConceptHasPairsAndWords() {
    assertThat(lines("lessons/pairs/joy.jsonl")).hasSize(200);
    for (String name : FILES.keySet()) {
      if (name.startsWith("lessons/pairs/")) {
        String words = name.replace("pairs", "words").replace("jsonl", "txt");
        assertThat(FILES).containsKey(words);
        assertThat(lines(words)).as(words).isNotEmpty();
      }
    }
  }

  @Test
  void pairsDifferBehindTheirPrompt() {
    for (Map<?, ?> pair : pairs()) {
      assertThat(pair.get("positive")).isNotEqualTo(pair.get("negative"));
    }
  }

  @Test
  void noPromptBeginsAPair() {
    Set<Object> learned = new HashSet<>();
    pairs().forEach(pair -> learned.add(pair.get("prompt")));
    for (String name : List.of("stories", "letters", "questions", "bad-questions")) {
      assertThat(lines("lessons/prompts/" + name + ".txt"))
          .isNotEmpty()
          .doesNotContainAnyElementsOf(texts(learned));
    }
  }

  @Test
  void noPromptIsLabelled() {
    List<String> labelled = lines("lessons/labels/kitchen-question.jsonl");
    for (String label : List.of("kitchen", "elsewhere")) {
      assertThat(labelled).anyMatch(line -> line.contains("\"label\":\"" + label + "\""));
      for (String prompt : lines("lessons/prompts/" + label + "-questions.txt")) {
        assertThat(labelled).noneMatch(line -> line.contains(Json.write(prompt)));
      }
    }
  }

  private static List<String> texts(Set<Object> prompts) {
    return prompts.stream().filter(String.class::isInstance).map(String.class::cast).toList();
  }

  private static List<Map<?, ?>> pairs() {
    return FILES.keySet().stream()
        .filter(name -> name.startsWith("lessons/pairs/"))
        .flatMap(name -> lines(name).stream())
        .<Map<?, ?>>map(line -> (Map<?, ?>) Json.parse(line))
        .toList();
  }

  private static List<String> lines(String name) {
    return new String(FILES.get(name), StandardCharsets.UTF_8).lines().toList();
  }
}
