package dev.steerc.models.hub;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.steerc.manifest.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;

/** A hub on this machine, with large files on a second host, that can be told to misbehave. */
final class HubServer implements AutoCloseable {
  static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  /** Answers one request for a file in place of the server. */
  interface Fault {
    void answer(HttpExchange exchange, byte[] body) throws IOException;
  }

  /** What was asked: on which host, for which path, from which byte, and with which account. */
  record Request(boolean hub, String path, String range, String ifRange, String account) {}

  private final HttpServer hub = server();
  private final HttpServer store = server();
  private final Map<String, byte[]> files = new LinkedHashMap<>();
  private final Map<String, Deque<Fault>> faults = new ConcurrentHashMap<>();
  private final Map<String, Map<String, Object>> lies = new HashMap<>();
  private final CountDownLatch closing = new CountDownLatch(1);
  final List<Request> requests = Collections.synchronizedList(new ArrayList<>());
  int pageSize = Integer.MAX_VALUE;

  HubServer() throws IOException {
    hub.createContext("/", exchange -> serve(exchange, this::answerAsHub));
    store.createContext("/", exchange -> serve(exchange, this::answerAsStore));
    hub.start();
    store.start();
  }

  private static HttpServer server() throws IOException {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    HttpServer server = HttpServer.create(any, 0);
    server.setExecutor(
        Executors.newCachedThreadPool(
            work -> {
              Thread thread = new Thread(work, "hub");
              thread.setDaemon(true);
              return thread;
            }));
    return server;
  }

  String address() {
    return address(hub);
  }

  /** Where the large files are. */
  String storeAddress() {
    return address(store);
  }

  private static String address(HttpServer server) {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  void put(String path, byte[] bytes) {
    files.put(path, bytes);
  }

  /** Makes an entry of the listing say something else. */
  void lie(String path, String key, Object value) {
    lies.computeIfAbsent(path, any -> new HashMap<>()).put(key, value);
  }

  /** Lets the next requests for a path fail, one fault each. */
  void fail(String path, Fault... next) {
    faults.computeIfAbsent(path, any -> new ConcurrentLinkedDeque<>()).addAll(Arrays.asList(next));
  }

  /** Where the hub lists the files of the repository. */
  static String tree() {
    return "/api/models/owner/name/tree/" + COMMIT;
  }

  /** The bytes at which the requests for a file began, at the host that has it. */
  List<String> ranges(String path) {
    return requests.stream()
        .filter(request -> request.path().endsWith("/" + path))
        .filter(request -> request.hub() != isLarge(path))
        .map(Request::range)
        .toList();
  }

  /** Stops in the middle: as many bytes as given, then the connection ends. */
  static Fault breakAfter(int bytes) {
    return (exchange, body) -> {
      int from = from(exchange);
      head(exchange, body, from);
      exchange.sendResponseHeaders(from > 0 ? 206 : 200, body.length - from);
      exchange.getResponseBody().write(body, from, Math.min(bytes, body.length - from));
      exchange.getResponseBody().flush();
    };
  }

  /** Answers with a status and headers, given in pairs, and no body. */
  static Fault status(int status, String... headers) {
    return (exchange, body) -> {
      for (int i = 0; i < headers.length; i += 2) {
        exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
      }
      exchange.sendResponseHeaders(status, -1);
    };
  }

  /** Sends these bytes whatever was asked for, with a length or without. */
  static Fault send(byte[] bytes, boolean withLength) {
    return (exchange, body) -> {
      exchange.sendResponseHeaders(200, withLength ? bytes.length : 0);
      exchange.getResponseBody().write(bytes);
    };
  }

  /** Announces so many bytes and sends those that there are, as far as that is possible. */
  static Fault announce(int length) {
    return (exchange, body) -> {
      exchange.sendResponseHeaders(200, length);
      exchange.getResponseBody().write(body, 0, Math.min(length, body.length));
    };
  }

  /** Sends half, then nothing, and keeps the connection. */
  Fault fallSilent() {
    return (exchange, body) -> {
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body, 0, body.length / 2);
      exchange.getResponseBody().flush();
      await();
    };
  }

  private void await() {
    try {
      closing.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void serve(HttpExchange exchange, Fault usual) throws IOException {
    String path = URLDecoder.decode(exchange.getRequestURI().getRawPath(), StandardCharsets.UTF_8);
    Headers headers = exchange.getRequestHeaders();
    boolean isHub = exchange.getLocalAddress().getPort() == hub.getAddress().getPort();
    requests.add(
        new Request(
            isHub,
            path,
            headers.getFirst("Range"),
            headers.getFirst("If-Range"),
            headers.getFirst("Authorization")));
    String file = file(path);
    boolean hasContent = isHub != isLarge(file);
    Deque<Fault> next = faults.getOrDefault(hasContent ? file : path, new ArrayDeque<>());
    Fault fault = next.poll();
    try {
      (fault == null ? usual : fault).answer(exchange, files.getOrDefault(file, new byte[0]));
    } finally {
      exchange.close();
    }
  }

  private static String file(String path) {
    int at = path.indexOf("/resolve/");
    return at < 0 ? path : path.substring(at + "/resolve/".length() + COMMIT.length() + 1);
  }

  private void answerAsHub(HttpExchange exchange, byte[] body) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String file = file(path);
    if (path.equals("/api/models/owner/name/revision/main")) {
      json(exchange, Json.object("sha", COMMIT, "siblings", List.of()));
    } else if (path.equals(tree())) {
      page(exchange);
    } else if (path.startsWith("/owner/name/resolve/") && files.containsKey(file)) {
      answerWithFile(exchange, file, body);
    } else {
      exchange.sendResponseHeaders(404, -1);
    }
  }

  private void answerWithFile(HttpExchange exchange, String file, byte[] body) throws IOException {
    if (!isLarge(file)) {
      answerAsStore(exchange, body);
      return;
    }
    Headers headers = exchange.getResponseHeaders();
    headers.set("X-Repo-Commit", COMMIT);
    headers.set("X-Linked-Size", String.valueOf(body.length));
    headers.set("X-Linked-Etag", "\"" + hash("SHA-256", body) + "\"");
    headers.set("Location", address(store) + exchange.getRequestURI().getRawPath() + "?signed=1");
    exchange.sendResponseHeaders(302, -1);
  }

  private void answerAsStore(HttpExchange exchange, byte[] body) throws IOException {
    int from = from(exchange);
    if (from >= body.length && from > 0) {
      exchange.sendResponseHeaders(416, -1);
      return;
    }
    head(exchange, body, from);
    exchange.sendResponseHeaders(from > 0 ? 206 : 200, body.length == 0 ? -1 : body.length - from);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(body, from, body.length - from);
    }
  }

  private static void head(HttpExchange exchange, byte[] body, int from) {
    Headers headers = exchange.getResponseHeaders();
    headers.set("ETag", "\"" + hash("SHA-256", body).substring(0, 16) + "\"");
    if (from > 0) {
      headers.set("Content-Range", "bytes " + from + "-" + (body.length - 1) + "/" + body.length);
    }
  }

  private static int from(HttpExchange exchange) {
    String range = exchange.getRequestHeaders().getFirst("Range");
    return range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
  }

  private void page(HttpExchange exchange) throws IOException {
    String query = String.valueOf(exchange.getRequestURI().getQuery());
    int start = query.contains("cursor=") ? Integer.parseInt(query.replaceAll("\\D", "")) : 0;
    List<String> paths = List.copyOf(files.keySet());
    int end = (int) Math.min(paths.size(), (long) start + pageSize);
    List<Object> entries = new ArrayList<>();
    entries.add(Json.object("type", "directory", "path", "onnx", "oid", COMMIT, "size", 0));
    paths.subList(start, end).forEach(path -> entries.add(entry(path, files.get(path))));
    if (end < paths.size()) {
      String next = address() + tree() + "?recursive=true&cursor=" + end;
      exchange.getResponseHeaders().set("Link", "<" + next + ">; rel=\"next\"");
    }
    json(exchange, entries);
  }

  private Map<String, Object> entry(String path, byte[] bytes) {
    Map<String, Object> entry = Json.object("type", "file", "path", path, "size", bytes.length);
    byte[] head = ("blob " + bytes.length + "\0").getBytes(StandardCharsets.US_ASCII);
    byte[] blob = Arrays.copyOf(head, head.length + bytes.length);
    System.arraycopy(bytes, 0, blob, head.length, bytes.length);
    entry.put("oid", hash("SHA-1", blob));
    if (isLarge(path)) {
      entry.put("lfs", Json.object("oid", hash("SHA-256", bytes), "size", bytes.length));
    }
    entry.putAll(lies.getOrDefault(path, Map.of()));
    return entry;
  }

  static boolean isLarge(String path) {
    return path.contains(".onnx");
  }

  static String hash(String algorithm, byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void json(HttpExchange exchange, Object document) throws IOException {
    send(Json.write(document).getBytes(StandardCharsets.UTF_8), true).answer(exchange, null);
  }

  @Override
  public void close() {
    closing.countDown();
    hub.stop(0);
    store.stop(0);
  }
}
