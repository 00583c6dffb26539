package dev.steerc.onnx;

/**
 * What a node computes: an operator, or a local function of the model.
 *
 * @param domain its domain; empty for ONNX's own
 * @param name its name
 * @param overload tells functions of one name apart; mostly empty
 */
public record Operator(String domain, String name, String overload) {

  public Operator {
    domain = domain.equals("ai.onnx") ? "" : domain;
  }

  /** How a message names it. */
  public String label() {
    String full = domain.isEmpty() ? name : domain + "." + name;
    return overload.isEmpty() ? full : full + ":" + overload;
  }
}
