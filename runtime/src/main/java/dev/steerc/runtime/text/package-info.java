/**
 * Between text and token ids: the tokenizer beside a model, text that is printed while it is made,
 * and what the model's configuration files say about generation.
 *
 * <p>In: files of unknown origin beside a model. Out: ids, text and settings, or a problem.
 * Invariant: nothing here reaches for the network, and a file that is absent is no problem until
 * what it would say is wanted.
 */
package dev.steerc.runtime.text;
