package dev.steerc.runtime.learn;

import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.format.Digest;
import dev.steerc.runtime.text.ChatConfig;
import dev.steerc.runtime.text.Tokenizer;
import java.util.Optional;

/**
 * The model that something was learned on.
 *
 * @param base its fingerprint before it was patched
 * @param tokenizer the digest of the tokenizer's file, when there is one
 * @param template the digest of the chat template, when there is one
 */
public record Origin(String base, Optional<String> tokenizer, Optional<String> template) {

  public static Origin of(SteeredModel model) {
    Optional<String> template = ChatConfig.beside(model.path()).template();
    return new Origin(
        model.ports().base(),
        model.tokenizer().map(Tokenizer::digest),
        template.map(text -> "sha256:" + Digest.sha256(text)));
  }
}
