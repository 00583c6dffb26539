/**
 * The texts that the demo model learns from: small English stories, letters and answers.
 *
 * <p>A seed comes in; out go documents, each with the attributes that it was written to have, the
 * lexicon that recognises them and the prompts that leave them open. The words stand in banks, text
 * files beside the classes.
 *
 * <p><b>Invariant:</b> a document is a function of its draft, and a draft of its seed; two drafts
 * that differ in one attribute differ only in the words of that attribute.
 */
package dev.steerc.models.corpus;
