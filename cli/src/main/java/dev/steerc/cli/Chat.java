package dev.steerc.cli;

import dev.steerc.cli.chat.ChatTemplate;
import dev.steerc.cli.chat.ChatTemplate.Message;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.Completion;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.Session;
import dev.steerc.runtime.Settings;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.steering.Steering;
import dev.steerc.runtime.steering.VectorStore;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** A conversation with a model, whose steering the person changes as it goes. */
final class Chat {
  static final List<String> COMMANDS = List.of("/steer", "/system", "/clear", "/help", "/quit");

  private static final String HELP =
      """
      /steer joy 4      steer with the vector joy; also /steer joy:4@6:generated
      /steer joy off    no longer with joy; /steer off with nothing
      /steer            what is on, and which vectors there are
      /system TEXT      tell the model what it is; without TEXT, no longer
      /clear            begin anew
      /quit             leave; so does Ctrl-D. Ctrl-C stops an answer
      A line that ends in \\ goes on, and so does all between \"\"\" and \"\"\".""";

  private final SteeredModel model;
  private final ChatTemplate template;
  private final SteerArgs args;
  private final VectorStore store;
  private final UnaryOperator<Settings> settings;
  private final Talk talk;
  private final Style style = Style.ofTerminal();
  private final Map<String, String> steers = new LinkedHashMap<>();
  private final List<Message> messages = new ArrayList<>();
  private Optional<String> system;
  private Steering steering;

  Chat(
      SteeredModel model,
      ChatTemplate template,
      SteerArgs args,
      VectorStore store,
      Optional<String> system,
      UnaryOperator<Settings> settings,
      Talk talk) {
    this.model = model;
    this.template = template;
    this.args = args;
    this.store = store;
    this.system = system;
    this.settings = settings;
    this.talk = talk;
    args.texts().forEach(text -> steers.put(name(text), text));
    this.steering = checked(steers);
  }

  /** Goes on until the person leaves. */
  void run(ChatLines lines) {
    Optional<String> line = lines.next();
    while (line.isPresent() && !line.get().equals("/quit")) {
      try {
        if (line.get().startsWith("/")) {
          command(line.get());
        } else if (!line.get().isEmpty()) {
          answer(line.get(), lines);
        }
      } catch (SteercException e) {
        e.problems().forEach(problem -> System.err.println(style.problem(problem.toString())));
      }
      line = lines.next();
    }
  }

  private void command(String line) {
    String[] words = line.split("\\s+", 2);
    String rest = words.length > 1 ? words[1].strip() : "";
    switch (words[0]) {
      case "/steer" -> steer(rest);
      case "/system" -> system = Optional.of(rest).filter(text -> !text.isEmpty());
      case "/clear" -> messages.clear();
      case "/help" -> System.out.println(HELP);
      default ->
          throw Problem.of(Code.USAGE, "there is no command `" + words[0] + "`")
              .help("type /help, or begin a message with a space")
              .exception();
    }
  }

  /** Changes what is on, if the result fits the model. */
  private void steer(String rest) {
    Map<String, String> next = new LinkedHashMap<>(steers);
    String[] words = rest.split("\\s+");
    if (rest.equals("off")) {
      next.clear();
    } else if (words.length == 2 && words[1].equals("off")) {
      next.remove(words[0]);
    } else if (words.length == 2 && !words[0].contains(":")) {
      next.put(words[0], words[0] + ":" + words[1]);
    } else if (!rest.isEmpty()) {
      for (String text : words) {
        next.put(name(text), text);
      }
    }
    steering = checked(next);
    steers.clear();
    steers.putAll(next);
    System.out.println(
        style.faint(steers.isEmpty() ? "steering: none" : "steering: " + steering()));
    if (rest.isEmpty() && !store.names().isEmpty()) {
      System.out.println(style.faint("vectors: " + String.join(", ", store.names())));
    }
  }

  private String steering() {
    return String.join(" ", steers.values());
  }

  private static String name(String text) {
    return text.replaceFirst("[:@].*", "");
  }

  private Steering checked(Map<String, String> texts) {
    Steering wanted = args.steering(List.copyOf(texts.values()), store);
    model.bind(wanted);
    return wanted;
  }

  private void answer(String text, ChatLines lines) {
    List<Message> asked = new ArrayList<>(messages);
    asked.add(new Message("user", text));
    Stopwatch watch = new Stopwatch();
    Prompt prompt = Prompt.of(fitting(asked)).verbatim().steered(steering).with(this::withStops);
    try (Session session =
        model.start(
            List.of(prompt),
            (row, token, piece) -> {
              watch.token();
              System.out.print(piece);
              System.out.flush();
            })) {
      lines.onInterrupt(session::cancel);
      Completion completion = session.finish().get(0).orThrow();
      System.out.println();
      asked.add(new Message("assistant", completion.text().strip()));
      messages.clear();
      messages.addAll(asked);
      if (!talk.isQuiet()) {
        System.err.println(style.faint(watch.line()));
      }
    } finally {
      lines.onInterrupt(() -> {});
    }
  }

  private Settings withStops(Settings model) {
    Settings wanted = settings.apply(model);
    List<String> stops = new ArrayList<>(wanted.stop());
    stops.addAll(template.stops());
    return wanted.stop(stops.toArray(String[]::new));
  }

  /** The conversation as the model reads it; the oldest messages go where it does not fit. */
  private String fitting(List<Message> asked) {
    int room = Math.min(settings.apply(model.defaults()).maxNewTokens(), most() / 4);
    int dropped = 0;
    String text = render(asked);
    while (asked.size() > 1 && tokens(text) > most() - room) {
      int turn = Math.min(2, asked.size() - 1);
      asked.subList(0, turn).clear();
      dropped += turn;
      text = render(asked);
    }
    if (dropped > 0 && !talk.isQuiet()) {
      System.err.println(style.faint("forgotten, as it no longer fits: " + dropped + " messages"));
    }
    return text;
  }

  private int most() {
    return model.context().orElse(Integer.MAX_VALUE);
  }

  private int tokens(String text) {
    return model.tokenizer().orElseThrow().encode(text, !template.isFromModel()).length;
  }

  private String render(List<Message> asked) {
    List<Message> all = new ArrayList<>();
    system.ifPresent(text -> all.add(new Message("system", text)));
    all.addAll(asked);
    return template.render(all, true);
  }
}
