package dev.steerc.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Optional;
import org.jline.reader.Completer;
import org.jline.reader.EOFError;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.Parser;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.reader.impl.completer.AggregateCompleter;
import org.jline.reader.impl.completer.ArgumentCompleter;
import org.jline.reader.impl.completer.NullCompleter;
import org.jline.reader.impl.completer.StringsCompleter;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/**
 * What a person types in a chat, one message after the other: with history, completion and several
 * lines on a terminal, plainly from a pipe. A message goes on behind a backslash at the end of a
 * line, and from {@code """} to {@code """}.
 */
interface ChatLines extends AutoCloseable {
  String FENCE = "\"\"\"";

  /** The next message; empty when there are no more. */
  Optional<String> next();

  /** Does something when the person interrupts, instead of ending the program. */
  void onInterrupt(Runnable action);

  @Override
  void close();

  /** A terminal's, or the standard input's. */
  static ChatLines open(Collection<String> commands, Collection<String> vectors) {
    return System.console() == null ? new Piped() : new Typed(commands, vectors);
  }

  /** Whether a message goes on in the next line. */
  static boolean isOpen(String text) {
    boolean fenced = text.stripLeading().startsWith(FENCE);
    boolean closed = fenced && text.strip().length() >= 6 && text.strip().endsWith(FENCE);
    return fenced ? !closed : text.endsWith("\\");
  }

  /** The message without what held it together. */
  static String message(String text) {
    String stripped = text.strip();
    return stripped.startsWith(FENCE) && !isOpen(text)
        ? stripped.substring(3, stripped.length() - 3).strip()
        : text.replace("\\\n", "\n").strip();
  }

  /** Messages from a pipe or a file. */
  final class Piped implements ChatLines {
    private final BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));

    @Override
    public Optional<String> next() {
      try {
        String text = in.readLine();
        while (text != null && isOpen(text)) {
          String more = in.readLine();
          if (more == null) {
            break;
          }
          text = text + "\n" + more;
        }
        return Optional.ofNullable(text).map(ChatLines::message);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void onInterrupt(Runnable action) {
      // a signal ends the program, as it does with every filter
    }

    @Override
    public void close() {
      // the standard input is not ours to close
    }
  }

  /** Messages from a person at a terminal. */
  final class Typed implements ChatLines {
    private final Terminal terminal;
    private final LineReader reader;

    Typed(Collection<String> commands, Collection<String> vectors) {
      try {
        terminal = TerminalBuilder.builder().system(true).build();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      reader =
          LineReaderBuilder.builder()
              .terminal(terminal)
              .parser(new Lines())
              .completer(completer(commands, vectors))
              .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
              .variable(LineReader.SECONDARY_PROMPT_PATTERN, "... ")
              .build();
    }

    private static Completer completer(Collection<String> commands, Collection<String> vectors) {
      return new AggregateCompleter(
          new ArgumentCompleter(
              new StringsCompleter("/steer"),
              new StringsCompleter(vectors),
              NullCompleter.INSTANCE),
          new ArgumentCompleter(new StringsCompleter(commands), NullCompleter.INSTANCE));
    }

    @Override
    public Optional<String> next() {
      try {
        return Optional.of(message(reader.readLine("> ")));
      } catch (UserInterruptException | EndOfFileException e) {
        return Optional.empty();
      }
    }

    @Override
    public void onInterrupt(Runnable action) {
      terminal.handle(Terminal.Signal.INT, signal -> action.run());
    }

    @Override
    public void close() {
      try {
        terminal.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** Words without quotes or escapes: people write as they speak. */
    private static final class Lines implements Parser {
      private final DefaultParser words = new DefaultParser();

      Lines() {
        words.setQuoteChars(new char[0]);
        words.setEscapeChars(new char[0]);
      }

      @Override
      public ParsedLine parse(String line, int cursor, ParseContext context) {
        if (context == ParseContext.ACCEPT_LINE && isOpen(line)) {
          throw new EOFError(-1, -1, "the message goes on");
        }
        return words.parse(line, cursor, context);
      }
    }
  }
}
