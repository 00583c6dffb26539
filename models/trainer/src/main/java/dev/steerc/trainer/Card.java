package dev.steerc.trainer;

import dev.steerc.models.corpus.Corpus;
import dev.steerc.models.corpus.Document;
import dev.steerc.models.corpus.Kind;
import dev.steerc.trainer.Measured.Entry;
import dev.steerc.trainer.Measured.Sample;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The text of the model's card, with the numbers that were measured. */
record Card(Trained trained, Measured measured) {
  /** The folder of its pictures, beside it. */
  static final String PLOTS = "plots";

  private static final int SEARCHED = 100;

  /** The uses whose texts are shown, the first of them as an example of the command too. */
  private static final List<String> SHOWN =
      List.of("joy", "gloom", "ocean", "pirate", "formal", "compliance", "refusal");

  /** The card in Markdown. */
  String text() {
    return Stream.of(intro(), effects(), condition(), samples(), making(), limits())
        .map(String::strip)
        .collect(Collectors.joining("\n\n", "", "\n"));
  }

  private String intro() {
    return """
        <!-- written by `models/recipe card` -->
        # The demo model

        A GPT-2 that is small enough to ship and to train on one core, and that speaks well enough to
        show what steering does: %s parameters in %d blocks of width %d, a vocabulary of %d tokens, a
        context of %d, stored as float16 in %.1f MB. This project trained it from nothing, on texts
        that it writes itself; no weights and no texts of others are in it.

            ./steerc patch models/demo/model.onnx --layers all --site %s --op add,project --tap
            ./steerc run models/demo/model.steered.onnx "%s" --steer %s --compare

        Licence: Apache-2.0, for the model, the tokenizer, the vectors and the corpus alike.
        """
        .formatted(
            millions(trained.parameters()),
            trained.fact("blocks"),
            trained.fact("hidden"),
            trained.fact("vocabulary"),
            trained.fact("positions"),
            trained.bytes() / 1e6,
            Bench.KIND.label(),
            example().samples().stream().findFirst().map(Sample::prompt).orElse("One day"),
            example().steer());
  }

  private Entry example() {
    return shown().findFirst().orElse(measured.concepts().get(0));
  }

  private Stream<Entry> shown() {
    return SHOWN.stream()
        .flatMap(label -> measured.concepts().stream().filter(e -> e.label().equals(label)))
        .filter(entry -> !entry.samples().isEmpty());
  }

  private String effects() {
    return """
        ## What the vectors do

        Each vector in [vectors](vectors) is the mean activation of texts that have a concept less that
        of their twins that have another value instead, which begin alike: %d pairs of them, or of
        beginnings of them that end in the same word. It acts in the middle of the blocks that stand
        beside it. Blocks and strength were chosen on some prompts; the table is measured on %d others,
        each continued by at most 50 tokens at temperature 0.8. *Shown* is the share of the texts that
        have more words of the concept than of its alternatives (of refusal: that refuse), plain →
        steered. *Perplexity* is that of the texts under the model without steering: how odd it finds
        them. *Variety* is the share of different pairs of words among all (distinct-2).

        `refusal` is added to the last token of the question; with the sign turned it brings harmful
        questions to be answered. So does `compliance`, an ablation with a level: there it sets the part
        of the stream along such a direction to what it is in harmless questions, where a plain ablation
        (`ablate=refusal`) sets it to zero, at every token.

        %s

        %s
        """
        .formatted(measured.pairs(), measured.prompts(), table(), plots());
  }

  private String table() {
    String head =
        """
        | concept | block | `--steer` | shown | perplexity | variety |
        | --- | --- | --- | --- | --- | --- |
        """;
    return head
        + groups()
            .flatMap(group -> group.of(measured).stream())
            .map(Card::row)
            .collect(Collectors.joining("\n"));
  }

  private static String row(Entry entry) {
    return String.format(
        Locale.ROOT,
        "| %s | %s | `%s` | %.0f %% → **%.0f %%** | %.2f → %.2f (× %.2f) | %.2f → %.2f |",
        entry.label(),
        entry.blocks().stream().map(String::valueOf).collect(Collectors.joining(", ")),
        entry.steer(),
        100 * entry.plain().rate(),
        100 * entry.steered().rate(),
        entry.plain().perplexity(),
        entry.steered().perplexity(),
        entry.steered().perplexity() / entry.plain().perplexity(),
        entry.plain().distinct2(),
        entry.steered().distinct2());
  }

  private String plots() {
    return groups().map(this::plot).collect(Collectors.joining("\n"));
  }

  private String plot(Group group) {
    String concepts =
        group.of(measured).stream().map(Entry::label).collect(Collectors.joining("; "));
    return """
        ### %s

        %s, measured on %s.

        <img src="%s/%s.png" width="%d" alt="%s by strength: share of texts and perplexity">
        """
        .formatted(
            group.title(),
            concepts,
            group.prompts(),
            PLOTS,
            group.word(),
            Plots.width(),
            group.title());
  }

  private Stream<Group> groups() {
    return Arrays.stream(Group.values()).filter(group -> !group.of(measured).isEmpty());
  }

  private String condition() {
    Measured.Condition condition = measured.condition();
    return String.format(
        Locale.ROOT,
        """
        ## On a condition

            --steer %s --when '%s'

        answers like a pirate when the question is about the kitchen. Of %d such questions that the
        direction was not learnt from (of the same requests in other words, some were) it acts on
        %.0f %%, and on %.0f %% of %d about something else; %.0f %% and %.0f %% of the answers are a
        pirate's, who gives %.0f %% of all answers without being asked to.
        """,
        condition.steer(),
        condition.when(),
        condition.questions().get(0),
        100 * condition.acts(),
        100 * condition.actsElsewhere(),
        condition.questions().get(1),
        100 * condition.shown(),
        100 * condition.shownElsewhere(),
        100 * plain(condition.steer()));
  }

  private double plain(String label) {
    return measured.concepts().stream()
        .filter(entry -> entry.label().equals(label))
        .mapToDouble(entry -> entry.plain().rate())
        .findFirst()
        .orElse(Double.NaN);
  }

  private String samples() {
    String all = shown().map(Card::samples).collect(Collectors.joining("\n"));
    return all.isEmpty()
        ? ""
        : """
        ## Texts

        Sampled once, not picked. Too much strength ends in word salad.

        %s
        """
            .formatted(all);
  }

  private static String samples(Entry entry) {
    String rows =
        entry.samples().stream()
            .map(
                sample ->
                    "| %s | *%s* %s |"
                        .formatted(
                            number(sample.strength()), cell(sample.prompt()), cell(sample.text())))
            .collect(Collectors.joining("\n"));
    return """
        | %s | text |
        | --- | --- |
        %s
        """
        .formatted(entry.steer(), rows);
  }

  /** A text on one line of a table, with nothing in it that Markdown would read. */
  private static String cell(String text) {
    return text.strip()
        .replaceAll("\\s+", " ")
        .replaceAll("([\\\\|*_`<\\[\\]])", "\\\\$1")
        .replace("~", "\\~");
  }

  private String making() {
    Progress progress = trained.progress();
    return """
        ## How it was made

            models/recipe train
            models/recipe vectors
            models/recipe card

        make the whole folder again. On the same machine the same recipe gives the same weights, byte
        for byte. Which blocks and strengths are chosen depends on the number of prompts too: each vector's
        file tells it, 40 for most, 60 or 80 for joy, anger, ocean and formal.

        **Corpus.** %s documents of one line, written from banks of words and sentences: half of them
        stories in one of five moods about one of six topics, a fifth letters, formal or casual, the
        others questions with polite, casual, rude or piratical answers, some of which refuse. Many
        name the mood, the topic, the register or the tone at their beginning; the others leave it to
        be found out. Three of those:

        %s

        **Training.** %d steps of up to %d tokens with Muon and AdamW, %.1f million tokens in all or
        %.1f times the corpus, in %.0f minutes on one core (%s). The loss of documents that it never saw is
        %.3f nats per token, a perplexity of %.2f.

        <img src="%s/loss.png" width="%d" alt="loss by step">

        **What it carries on.** Whether a continuation keeps to what two sentences began is what
        steering needs and no loss tells. Texts sampled behind the beginnings of held-out documents,
        judged by the words that they use, beside the documents' own continuations:

        | | model | corpus |
        | --- | --- | --- |
        %s

        **Export.** ONNX Runtime's logits are within %.1e of libtorch's, and %d of %d greedy tokens
        are equal.
        """
        .formatted(
            grouped(trained.fact("documents")),
            examples(),
            trained.fact("steps"),
            trained.fact("tokens"),
            progress.tokens() / 1e6,
            (double) progress.tokens() / trained.corpusTokens(),
            progress.seconds() / 60,
            trained.machine(),
            progress.last().heldOut(),
            Math.exp(progress.last().heldOut()),
            PLOTS,
            Panel.WIDTH,
            carried(),
            trained.agreement().distance(),
            trained.agreement().equal(),
            trained.agreement().tokens());
  }

  /** A document of each kind, the first that names nothing at its beginning. */
  private String examples() {
    List<Document> some =
        Corpus.documents(trained.fact("corpus-seed"), SEARCHED)
            .filter(document -> !document.cued())
            .toList();
    return Arrays.stream(Kind.values())
        .flatMap(kind -> some.stream().filter(document -> document.kind() == kind).limit(1))
        .map(document -> "> " + cell(document.text()))
        .collect(Collectors.joining("\n>\n"));
  }

  private String carried() {
    return trained.carry().entrySet().stream()
        .map(
            entry ->
                String.format(
                    Locale.ROOT,
                    "| %s | %.1f %% of %d | %.1f %% |",
                    entry.getKey(),
                    100 * entry.getValue().model().value(),
                    entry.getValue().model().judged(),
                    100 * entry.getValue().corpus().value()))
        .collect(Collectors.joining("\n"));
  }

  private String limits() {
    return """
        ## Limits

        - It knows the words, names and forms of its corpus and nothing else. Whatever prompt is of
          another kind gives nonsense.
        - The register of a letter and the tone of an answer are decided by the first words that show
          them. Steering that begins later, or is too weak there, meets a text that has made its choice
          and will keep to it.
        - The opposite of a vector need not be the opposite of its concept: `joy` leads from all other moods
          to joy, and `joy, turned`, which is judged by gloomy words, leads nowhere in particular. For
          gloom there is `gloom`.
        - A concept is judged by words. A text that has many of them and no sense counts as showing it;
          that is why perplexity and variety stand beside the rate.
        - Perplexity is the model's own opinion. A text that repeats itself has a low one.
        - What it refuses are the harmful requests of a toy world. It says nothing of the safety of any
          other model.
        - It is meant for demonstrations and tests, and has no other use.
        """;
  }

  /** A number with no more digits than it needs. */
  private static String number(double value) {
    return value == Math.rint(value)
        ? String.valueOf((long) value)
        : String.format(Locale.ROOT, "%.2f", value).replaceAll("0$", "");
  }

  private static String millions(long count) {
    return String.format(Locale.ROOT, "%.2f million", count / 1e6);
  }

  private static String grouped(int count) {
    return String.format(Locale.ROOT, "%,d", count);
  }
}
