package dev.steerc.runtime.measure;

/**
 * A generated text.
 *
 * @param prompt what it was asked for by
 * @param asked the prompt with an instruction, when there was one; else the same
 * @param text what was generated, without the prompt
 */
public record Said(String prompt, String asked, String text) {}
