package dev.steerc.runtime.measure;

import dev.steerc.manifest.Json;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.text.Lines;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A command of the user's own. It is started once, without a shell, reads a line {@code {"prompt":
 * …, "text": …}} for each text and writes a line {@code {"score": 0.7}} for each, in that order.
 * What it writes to its stderr is passed on. Python writes at once, as if started with {@code -u}.
 */
public final class CommandScorer implements TextScorer {
  private static final int LONGEST_LINE = 1 << 20;
  private static final int WAITING = 256;
  private static final Duration TO_END = Duration.ofSeconds(2);

  private final String command;
  private final Duration patience;
  private final Process process;
  private final Thread killer = new Thread(this::kill);
  private final BlockingQueue<Optional<String>> answers = new ArrayBlockingQueue<>(WAITING);

  private Thread reader;
  private Optional<Thread> writer = Optional.empty();

  private CommandScorer(String command, Duration patience, Process process) {
    this.command = command;
    this.patience = patience;
    this.process = process;
  }

  /**
   * Starts a command.
   *
   * @param command its words, as {@link CommandWords} splits them
   * @param patience how long to wait for the next answer
   */
  public static CommandScorer start(String command, Duration patience) {
    ProcessBuilder builder = new ProcessBuilder(CommandWords.of(command));
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("PYTHONUNBUFFERED", "1");
    builder.environment().put("PYTHONIOENCODING", "utf-8");
    try {
      CommandScorer scorer = new CommandScorer(command, patience, builder.start());
      Runtime.getRuntime().addShutdownHook(scorer.killer);
      scorer.reader = daemon(scorer::read);
      return scorer;
    } catch (IOException e) {
      throw new SteercException(
          Problem.of(Code.SCORER_FAILED, "the scorer's command cannot be started")
              .at(command)
              .note(String.valueOf(e.getMessage()))
              .help("it is started without a shell; for one write sh -c '…'"),
          e);
    }
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "scorer");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  /** Takes what the command writes, line by line; an empty one stands for the end. */
  private void read() {
    try {
      try (Reader reader =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
        for (Optional<String> line = line(reader); line.isPresent(); line = line(reader)) {
          answers.put(line);
        }
      } catch (IOException e) {
        // it has ended, or was ended
      }
      answers.put(Optional.empty());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The next line, cut off where it is longer than an answer can be. */
  private static Optional<String> line(Reader reader) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = reader.read(); c >= 0; c = reader.read()) {
      if (c == '\n' || line.length() == LONGEST_LINE) {
        return Optional.of(line.toString());
      }
      line.append((char) c);
    }
    return line.length() == 0 ? Optional.empty() : Optional.of(line.toString());
  }

  @Override
  public String label() {
    return "command " + command;
  }

  @Override
  public double[] scores(List<Said> texts) {
    Optional<String> early = Optional.ofNullable(answers.peek()).flatMap(line -> line);
    if (early.isPresent()) {
      throw failed("the scorer wrote a line that nobody asked for", Lines.shown(early.get()));
    }
    // beside the reading: a command may answer before it has read all
    writer = Optional.of(daemon(() -> write(texts)));
    double[] scores = new double[texts.size()];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = score(answer(i, scores.length));
    }
    return scores;
  }

  private void write(List<Said> texts) {
    try {
      OutputStream out = process.getOutputStream();
      for (Said said : texts) {
        String line = Json.write(Json.object("prompt", said.prompt(), "text", said.text())) + "\n";
        out.write(line.getBytes(StandardCharsets.UTF_8));
        out.flush();
      }
    } catch (IOException e) {
      // it reads no more: whoever waits for its answers hears of the end
    }
  }

  private String answer(int done, int all) {
    try {
      Optional<String> line = answers.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
      if (line == null) {
        throw failed(
            "the scorer said nothing for " + patience.toSeconds() + " seconds",
            "it had answered " + done + " of " + all + " texts; an answer has to be flushed");
      }
      return line.orElseThrow(() -> ended(done, all));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed("the scorer was interrupted", "while it was waited for");
    }
  }

  private SteercException ended(int done, int all) {
    answers.offer(Optional.empty()); // for whoever asks again
    String how = "it had answered " + done + " of " + all + " texts";
    try {
      boolean gone = process.waitFor(TO_END.toMillis(), TimeUnit.MILLISECONDS);
      how += gone ? ", and its exit code is " + process.exitValue() : "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return failed("the scorer ended", how);
  }

  private double score(String line) {
    Object answer;
    try {
      answer = Json.parse(line);
    } catch (IllegalArgumentException e) {
      throw failed("the scorer wrote something else than JSON", Lines.shown(line));
    }
    if (answer instanceof Map<?, ?> object && object.get("score") instanceof Number score) {
      double value = score.doubleValue();
      if (value >= 0 && value <= 1) {
        return value;
      }
    }
    throw failed("the scorer gave no score from 0 to 1", Lines.shown(line));
  }

  private SteercException failed(String what, String note) {
    return Problem.of(Code.SCORER_FAILED, what)
        .at(command)
        .note(note)
        .help("for each line {\"prompt\": …, \"text\": …} it has to write one {\"score\": 0..1}")
        .exception();
  }

  /** Lets the command end, and makes it end when it does not. */
  @Override
  public void close() {
    if (!writer.map(Thread::isAlive).orElse(false)) {
      letEnd(); // a command that does not read would keep its input from being closed
    }
    kill();
    reader.interrupt();
    try {
      Runtime.getRuntime().removeShutdownHook(killer);
    } catch (IllegalStateException e) {
      // the process is being shut down
    }
  }

  private void letEnd() {
    try {
      process.getOutputStream().close();
      process.waitFor(TO_END.toMillis(), TimeUnit.MILLISECONDS);
    } catch (IOException e) {
      // it is gone already
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void kill() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
