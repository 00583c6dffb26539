package dev.steerc.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Serves the page of docs/hosts/js to a browser on this machine. */
record HostPage(HttpServer server) implements AutoCloseable {
  private static final Map<String, String> TYPES =
      Map.of("html", "text/html", "mjs", "text/javascript", "wasm", "application/wasm");

  /**
   * Starts.
   *
   * @param page the folder with the page and its libraries
   * @param given a folder with models and vectors, which are to be found below {@code given/}
   */
  static HostPage serve(Path page, Path given) throws IOException {
    InetSocketAddress here = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    HttpServer server = HttpServer.create(here, 0);
    server.createContext("/", exchange -> send(exchange, page));
    server.createContext("/given/", exchange -> send(exchange, given));
    server.start();
    return new HostPage(server);
  }

  URI at(String path) {
    return URI.create("http://127.0.0.1:%d/%s".formatted(server.getAddress().getPort(), path));
  }

  private static void send(HttpExchange exchange, Path folder) throws IOException {
    String root = exchange.getHttpContext().getPath();
    String name = exchange.getRequestURI().getPath().substring(root.length());
    Path file = folder.resolve(name);
    if (Files.isRegularFile(file)) {
      byte[] body = Files.readAllBytes(file);
      String ending = name.substring(name.lastIndexOf('.') + 1);
      String type = TYPES.getOrDefault(ending, "application/octet-stream");
      exchange.getResponseHeaders().set("Content-Type", type);
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    } else {
      exchange.sendResponseHeaders(404, -1);
    }
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
