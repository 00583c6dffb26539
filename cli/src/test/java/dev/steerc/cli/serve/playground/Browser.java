package dev.steerc.cli.serve.playground;

import dev.steerc.manifest.Json;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * A Chromium without a window, driven by the DevTools protocol. It has one page, and takes down
 * what the page asks for and complains of.
 */
public final class Browser implements AutoCloseable {
  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome");
  private static final long SECONDS = 30;

  private final Process process;
  private final Path profile;
  private final WebSocket socket;
  private final AtomicLong ids = new AtomicLong();
  private final Map<Long, CompletableFuture<Map<?, ?>>> waiting = new ConcurrentHashMap<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final List<String> complaints = new CopyOnWriteArrayList<>();

  private Browser(Process process, Path profile, URI page) {
    this.process = process;
    this.profile = profile;
    this.socket =
        HttpClient.newHttpClient().newWebSocketBuilder().buildAsync(page, new Ear()).join();
  }

  /** The browser of this machine, if it has one. */
  public static Optional<Path> find() {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /**
   * Starts one.
   *
   * @param profile a folder that is not there, for all that it keeps
   */
  public static Browser start(Path program, Path profile) {
    try {
      Files.createDirectories(profile);
      Process process =
          new ProcessBuilder(
                  program.toString(),
                  "--headless=new",
                  "--no-sandbox",
                  "--disable-gpu",
                  "--disable-quic",
                  "--disable-dev-shm-usage",
                  "--no-first-run",
                  "--disable-background-networking",
                  "--disable-component-update",
                  "--disable-sync",
                  "--remote-debugging-port=0",
                  "--user-data-dir=" + profile,
                  "about:blank")
              .redirectErrorStream(true)
              .redirectOutput(profile.resolve("output.txt").toFile())
              .start();
      Browser browser = new Browser(process, profile, page(process, profile));
      Stream.of("Page", "Runtime", "Network", "Log").forEach(d -> browser.send(d + ".enable"));
      return browser;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static URI page(Process process, Path profile) throws IOException {
    Path file = profile.resolve("DevToolsActivePort");
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (!Files.exists(file) || Files.readAllLines(file).size() < 2) {
      if (!process.isAlive() || System.nanoTime() > end) {
        throw new IOException(
            "no browser: " + Files.readString(profile.resolve("output.txt")).strip());
      }
      sleep();
    }
    URI all = URI.create("http://127.0.0.1:" + Files.readAllLines(file).get(0) + "/json/list");
    try {
      String text =
          HttpClient.newHttpClient()
              .send(HttpRequest.newBuilder(all).build(), HttpResponse.BodyHandlers.ofString())
              .body();
      for (Object target : (List<?>) Json.parse(text)) {
        Map<?, ?> fields = (Map<?, ?>) target;
        if (fields.get("type").equals("page")) {
          return URI.create((String) fields.get("webSocketDebuggerUrl"));
        }
      }
      throw new IOException("no page in " + text);
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private static void sleep() {
    try {
      Thread.sleep(20);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** What the browser says. */
  private final class Ear implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        hear((Map<?, ?>) Json.parse(text.toString()));
        text.setLength(0);
      }
      from.request(1);
      return null;
    }
  }

  private void hear(Map<?, ?> message) {
    if (message.get("id") instanceof Long id) {
      waiting.remove(id).complete(message);
      return;
    }
    String method = (String) message.get("method");
    Map<?, ?> params = (Map<?, ?>) message.get("params");
    switch (method) {
      case "Network.requestWillBeSent" ->
          requests.add((String) ((Map<?, ?>) params.get("request")).get("url"));
      case "Runtime.exceptionThrown", "Log.entryAdded", "Runtime.consoleAPICalled" ->
          complaints.add(Json.write(params));
      default -> {}
    }
  }

  /** Gives a command of the protocol and waits for its result. */
  Map<?, ?> send(String method, Object... pairs) {
    long id = ids.incrementAndGet();
    CompletableFuture<Map<?, ?>> answer = new CompletableFuture<>();
    waiting.put(id, answer);
    String command =
        Json.write(Json.object("id", id, "method", method, "params", Json.object(pairs)));
    socket.sendText(command, true).join();
    Map<?, ?> message = answer.orTimeout(2 * SECONDS, TimeUnit.SECONDS).join();
    if (message.get("error") != null) {
      throw new IllegalStateException(method + ": " + message.get("error"));
    }
    return (Map<?, ?>) message.get("result");
  }

  /** Goes to an address; what was taken down before is forgotten. */
  public void open(URI address) {
    send("Page.navigate", "url", "about:blank");
    requests.clear();
    complaints.clear();
    send("Page.navigate", "url", address.toString());
  }

  /** The value of an expression in the page; a promise's once it is there. */
  public Object eval(String expression) {
    Map<?, ?> answer =
        send(
            "Runtime.evaluate",
            "expression",
            expression,
            "awaitPromise",
            true,
            "returnByValue",
            true);
    if (answer.get("exceptionDetails") != null) {
      throw new IllegalStateException(expression + ": " + answer.get("exceptionDetails"));
    }
    return ((Map<?, ?>) answer.get("result")).get("value");
  }

  /** The text of an element. */
  public String text(String selector) {
    return (String) eval("document.querySelector(" + Json.write(selector) + ").textContent");
  }

  /** Waits for something to hold in the page. */
  public void until(String condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (!holds(condition)) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException(
            "never: " + condition + "\n" + complaints + "\n" + eval("document.body.innerText"));
      }
      sleep();
    }
  }

  /** Whether it holds; in a page that is not there yet nothing does. */
  private boolean holds(String condition) {
    try {
      return Boolean.TRUE.equals(eval("Boolean(" + condition + ")"));
    } catch (IllegalStateException e) {
      return false;
    }
  }

  /** Puts the focus on an element. */
  void focus(String selector) {
    eval("document.querySelector(" + Json.write(selector) + ").focus()");
  }

  /** Puts text in where the focus is. */
  void type(String text) {
    send("Input.insertText", "text", text);
  }

  /**
   * Presses a key.
   *
   * @param code the virtual key code
   * @param modifiers 2 for the control key
   */
  void press(String key, int code, int modifiers) {
    for (String kind : List.of("rawKeyDown", "keyUp")) {
      send(
          "Input.dispatchKeyEvent",
          "type",
          kind,
          "key",
          key,
          "code",
          key,
          "windowsVirtualKeyCode",
          code,
          "modifiers",
          modifiers);
    }
  }

  void size(int width, int height, boolean phone) {
    send(
        "Emulation.setDeviceMetricsOverride",
        "width",
        width,
        "height",
        height,
        "deviceScaleFactor",
        1,
        "mobile",
        phone);
  }

  void dark(boolean isDark) {
    Map<String, Object> scheme =
        Json.object("name", "prefers-color-scheme", "value", isDark ? "dark" : "light");
    send("Emulation.setEmulatedMedia", "features", List.of(scheme));
  }

  /** Takes a picture of the page. */
  void picture(Path file) {
    Map<?, ?> shot = send("Page.captureScreenshot", "format", "png");
    try {
      Files.createDirectories(file.getParent());
      Files.write(file, Base64.getDecoder().decode((String) shot.get("data")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All addresses that the page has asked for. */
  List<String> requests() {
    return new ArrayList<>(requests);
  }

  /** Exceptions, what was written to the console, and what the browser refused. */
  List<String> complaints() {
    return new ArrayList<>(complaints);
  }

  @Override
  public void close() {
    socket.abort();
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    // it leaves links that lead out of the profile
    Stream.of("Lock", "Cookie", "Socket").forEach(n -> delete(profile.resolve("Singleton" + n)));
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
