package dev.steerc.cli.serve.inference;

import dev.steerc.cli.serve.http.Body;
import dev.steerc.cli.serve.http.Limits;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * What an inference request brings: JSON, and behind it the elements of tensors as they lie in
 * memory, in the order of the inputs that say how many bytes are theirs.
 */
record InferBody(Body json, ByteBuffer binary) {
  /** Tells where the JSON ends. */
  static final String HEADER = "Inference-Header-Content-Length";

  /**
   * Reads a request.
   *
   * @throws dev.steerc.problem.SteercException when it is too large or contradicts itself
   */
  static InferBody of(Context request, Limits limits) throws IOException {
    String header = request.header(HEADER);
    if (header == null) {
      return new InferBody(Body.of(read(request, limits.bodyBytes())), ByteBuffer.allocate(0));
    }
    int length = length(header, limits);
    byte[] all = read(request, (long) length + limits.vectorBytes());
    if (length > all.length) {
      throw Problem.of(
              Code.BAD_REQUEST,
              "the header " + HEADER + " says " + length + ", and the body has " + all.length)
          .exception();
    }
    ByteBuffer binary = ByteBuffer.wrap(all, length, all.length - length).slice();
    return new InferBody(Body.of(Arrays.copyOf(all, length)), binary);
  }

  private static int length(String header, Limits limits) {
    if (!header.matches("\\d{1,18}")) {
      throw Problem.of(Code.BAD_REQUEST, "the header " + HEADER + " is no number").exception();
    }
    long length = Long.parseLong(header);
    if (length > limits.bodyBytes()) {
      throw tooLarge("the JSON of the request", length, limits.bodyBytes());
    }
    return (int) length;
  }

  /** No more is kept than may be, whatever the request says of its own length. */
  private static byte[] read(Context request, long atMost) throws IOException {
    int most = (int) Math.min(Integer.MAX_VALUE - 8, atMost);
    long announced = request.req().getContentLengthLong();
    if (announced > most) {
      throw tooLarge("the body", announced, most);
    }
    try (InputStream body = request.bodyInputStream()) {
      byte[] bytes = body.readNBytes(most);
      if (bytes.length == most && body.read() >= 0) {
        throw tooLarge("the body", most + 1L, most);
      }
      return bytes;
    }
  }

  private static RuntimeException tooLarge(String what, long bytes, long most) {
    return Problem.of(Code.TOO_LARGE, what + " has " + bytes + " bytes or more")
        .note("the server takes " + most)
        .help("send tensors as binary data, see docs/serving.md")
        .exception();
  }
}
