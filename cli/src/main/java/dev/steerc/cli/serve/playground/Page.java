package dev.steerc.cli.serve.playground;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * The playground: one file with its style and its script in it.
 *
 * @param html the file
 * @param policy the Content-Security-Policy under which it runs, and nothing else does
 */
record Page(String html, String policy) {

  /** The page as it is in the jar. */
  static Page load() {
    try (InputStream in = Page.class.getResourceAsStream("playground.html")) {
      // what a browser hashes has no carriage returns, whatever a checkout made of them
      String html = new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("\r\n", "\n");
      return new Page(html, policy(html));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String policy(String html) {
    return String.join(
        "; ",
        "default-src 'none'",
        "script-src '" + hash(html, "script") + "'",
        "style-src '" + hash(html, "style") + "'",
        "img-src data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'");
  }

  /** The hash of what is in the only element of a name, as a policy writes it. */
  private static String hash(String html, String element) {
    String open = "<" + element + ">";
    int from = html.indexOf(open) + open.length();
    String content = html.substring(from, html.indexOf("</" + element + ">", from));
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(content.getBytes(StandardCharsets.UTF_8));
      return "sha256-" + Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
