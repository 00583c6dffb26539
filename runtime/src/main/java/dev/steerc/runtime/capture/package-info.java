/**
 * Activations of many texts, on disk.
 *
 * <p>In: a model with taps, and texts. Out: a folder with a row for each text or token and site,
 * which can be gone through again and again without holding it in memory. Invariant: what is there
 * is whole; an interrupted capture goes on where it stopped, and gives the same bytes.
 */
package dev.steerc.runtime.capture;
