package dev.steerc.cli.serve.openai;

import dev.steerc.cli.serve.TestServer;
import dev.steerc.runtime.Completion;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.Settings;
import dev.steerc.runtime.steering.SteerText;
import dev.steerc.runtime.steering.Steering;
import dev.steerc.runtime.steering.Term;
import dev.steerc.runtime.steering.VectorStore;
import java.util.List;
import java.util.function.UnaryOperator;

/** What the model that is served generates without a server. */
record Alone(TestServer server) {

  /**
   * A steering in the words of {@code --steer}.
   *
   * @param texts such as {@code joy:4}
   */
  Steering steering(String... texts) {
    VectorStore store = VectorStore.open(server.vectors());
    return Steering.of(
        List.of(texts).stream()
            .map(SteerText::parse)
            .map(steer -> steer.term(store.get(steer.source())))
            .toArray(Term[]::new));
  }

  Completion text(String prompt, Steering steering, UnaryOperator<Settings> settings) {
    return texts(Prompt.of(prompt).steered(steering).with(settings)).get(0);
  }

  List<Completion> texts(Prompt... prompts) {
    return server.model().generate(prompts);
  }
}
