package dev.steerc.cli.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class JinjaTest {
  private static final LocalDateTime NOW = LocalDateTime.of(2024, 7, 6, 5, 4, 3);
  private static final Map<String, Object> VARIABLES =
      Map.of(
          "messages",
          List.of(
              message("system", " Be <b>brief</b>. "),
              message("user", "Hi {{ 7*7 }}"),
              message("assistant", "Yo\n"),
              message("user", "End")),
          "bos_token",
          "<s>",
          "eos_token",
          "</s>",
          "add_generation_prompt",
          true);

  private record Case(String template, String expected) {
    @Override
    public String toString() {
      return template.replace('\n', ' ');
    }
  }

  /** What the reference, Jinja 3.1.6 set up as in transformers, wrote for each template. */
  static Stream<Case> cases() throws IOException {
    try (InputStream in = JinjaTest.class.getResourceAsStream("/jinja/cases.txt")) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return Stream.of(text.split("\n=====\n"))
          .map(entry -> entry.split("\n-----\n", -1))
          .map(parts -> new Case(parts[0], parts[1]));
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void textIsThatOfTheReference(Case given) {
    String text;
    try {
      text = render(given.template());
    } catch (JinjaException e) {
      text = "an error";
    }
    assertThat(text).isEqualTo(given.expected());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% include '/etc/passwd' %}",
        "{% import 'x' as y %}",
        "{% extends 'x' %}",
        "{% do x %}",
        "{% call f() %}{% endcall %}",
        "{% for x in y recursive %}{% endfor %}",
        "{{ 2 ** 3 }}",
        "{{ '%s' % 'a' }}",
        "{{ 'a' | title }}",
        "{{ 'a' | attr('x') }}",
        "{{ 'a' is callable }}",
        "{{ 'a'.format(1) }}",
        "{{ 'a'.encode() }}",
        "{{ 'a'.getClass() }}",
        "{{ 'a'.class }}",
        "{{ ''.__class__ }}",
        "{{ messages.append(1) }}",
        "{{ range.call }}",
        "{{ namespace }}",
        "{{ 1e300 }}",
        "{{ unknown() }}",
        "{{ 'a' | replace('', 'b') }}",
        "{{ strftime_now('%Q') }}",
        "{{ messages[0:1:0] }}",
        "{{ 9223372036854775807 + 1 }}",
        "{{ 999999999999999999 * 999999999999999999 }}",
        "{% break %}"
      })
  void whatIsNotSupportedIsRefused(String template) {
    assertThatThrownBy(() -> render(template)).isInstanceOf(JinjaException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{",
        "{%",
        "{#",
        "{{ }}",
        "{% %}",
        "{{ 'a }}",
        "{{ a b }}",
        "{{ (1 }}",
        "{{ [1 }}",
        "{{ {1 }}",
        "{{ {1: }}",
        "{{ a. }}",
        "{{ a[ }}",
        "{{ a[] }}",
        "{{ a[1:2:3:4] }}",
        "{{ a | }}",
        "{{ a is }}",
        "{{ 1 + }}",
        "{{ '\\u12' }}",
        "{% if %}",
        "{% if a %}",
        "{% endif %}",
        "{% for %}",
        "{% for a in %}",
        "{% for a in b %}",
        "{% set %}",
        "{% set a %}",
        "{% macro %}",
        "{% macro a( %}",
        "{% raw %}",
        "{{ a $ b }}",
        "{% else %}"
      })
  void malformedTemplatesAreRefused(String template) {
    assertThatThrownBy(() -> render(template)).isInstanceOf(JinjaException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{% for a in range(99999) %}{% for b in range(99999) %}xxxxxxxx{% endfor %}{% endfor %}",
        "{% set n = namespace(x='ab') %}{% for a in range(99) %}{% set n.x = n.x + n.x %}"
            + "{% endfor %}",
        "{% set n = namespace(x=[1]) %}{% for a in range(99) %}{% set n.x = n.x + n.x %}"
            + "{% endfor %}",
        "{% set n = namespace(x=[]) %}{% for a in range(99) %}{% set n.x = [n.x, n.x] %}"
            + "{% endfor %}{{ n.x }}",
        "{% set n = namespace(x=[]) %}{% for a in range(99) %}{% set n.x = [n.x, n.x] %}"
            + "{% endfor %}{{ n.x == [n.x] }}",
        "{% set n = namespace(x=[]) %}{% for a in range(99) %}{% set n.x = [n.x, n.x] %}"
            + "{% endfor %}{{ n.x | tojson }}",
        "{% set x = 'a' * 9999999 %}{% for a in range(99999) %}{{ x.find('b') }}{% endfor %}",
        "{% set x = 'a' * 9999999 %}{% for a in range(99999) %}{{ 'b' in x }}{% endfor %}",
        "{% set x = 'a' * 9999999 %}{% for a in range(99999) %}{{ x[7] }}{% endfor %}",
        "{% set x = 'a' * 9999999 %}{% for a in range(99999) %}{{ x | length }}{% endfor %}",
        "{{ 'a' * 999999999999 }}",
        "{{ ('a' * 9999999).replace('a', 'b' * 9999999) }}",
        "{{ range(999999999) }}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}"
      })
  void endlessWorkIsCutOff(String template) {
    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> assertThatThrownBy(() -> render(template)).isInstanceOf(JinjaException.class));
  }

  @Test
  void deepNestingIsRefused() {
    assertThatThrownBy(() -> render("{{ " + "(".repeat(100_000) + "1"))
        .isInstanceOf(JinjaException.class);
    assertThatThrownBy(() -> render("{{ 1" + "+1".repeat(200_000) + " }}"))
        .isInstanceOf(JinjaException.class);
    assertThatThrownBy(() -> render("{% if 1 %}".repeat(100_000)))
        .isInstanceOf(JinjaException.class);
  }

  @Test
  void aTemplateCanBeRenderedAgain() {
    Jinja template = Jinja.parse("{% set x %}{{ messages | length }}{% endset %}{{ x }}{{ y }}");
    assertThat(template.render(VARIABLES, NOW)).isEqualTo("4");
    assertThat(template.render(Map.of("messages", List.of(), "y", 1L), NOW)).isEqualTo("01");
  }

  @Test
  void randomDamageGivesTextOrAProblem() throws IOException {
    long seed = Long.getLong("steerc.seed", 5);
    Random random = new Random(seed);
    List<String> templates = cases().map(Case::template).toList();
    for (int i = 0; i < 5000; i++) {
      String template = templates.get(random.nextInt(templates.size()));
      int at = random.nextInt(template.length() + 1);
      String piece =
          random.nextInt(3) == 0 ? "" : "{}%'\"()[]|.:-=0a ".split("")[random.nextInt(17)];
      String damaged =
          template.substring(0, at)
              + piece
              + template.substring(Math.min(template.length(), at + random.nextInt(3)));
      try {
        render(damaged);
      } catch (JinjaException e) {
        assertThat(e.getMessage()).as("seed " + seed).isNotBlank();
      }
    }
  }

  private static String render(String template) {
    return Jinja.parse(template).render(VARIABLES, NOW);
  }

  private static Map<String, Object> message(String role, String content) {
    Map<String, Object> message = new LinkedHashMap<>();
    message.put("role", role);
    message.put("content", content);
    return message;
  }
}
