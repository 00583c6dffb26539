package dev.steerc.models.hub;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The secret that names an account of the hub; its text is never the secret. */
final class Token {
  private final String secret;

  private Token(String secret) {
    this.secret = secret;
  }

  /** The token of the environment, else the one that a log-in left in a file. */
  static Optional<Token> of(Map<String, String> environment) {
    return Stream.of("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")
        .map(name -> environment.getOrDefault(name, "").strip())
        .filter(secret -> !secret.isEmpty())
        .findFirst()
        .or(() -> stored(environment))
        .map(Token::checked);
  }

  String header() {
    return "Bearer " + secret;
  }

  @Override
  public String toString() {
    return "a token";
  }

  private static Optional<String> stored(Map<String, String> environment) {
    String home = environment.getOrDefault("HF_HOME", "").strip();
    Path folder =
        home.isEmpty()
            ? Path.of(System.getProperty("user.home"), ".cache", "huggingface")
            : Path.of(home);
    try {
      String text = Files.readString(folder.resolve("token")).strip();
      return text.isEmpty() ? Optional.empty() : Optional.of(text);
    } catch (IOException e) {
      return Optional.empty(); // most people have none, and public models need none
    }
  }

  /** Java's client would complain about a bad header by quoting it, secret and all. */
  private static Token checked(String secret) {
    if (!secret.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      throw Problem.of(Code.DOWNLOAD_DENIED, "the token has characters that no token has")
          .help("copy it again into HF_TOKEN, without spaces or line breaks")
          .exception();
    }
    return new Token(secret);
  }
}
