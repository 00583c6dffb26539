/**
 * Texts for any number of rows: prompts come in as {@link Task}s and go out as {@link Outcome}s, in
 * the same order. It knows neither files nor clusters.
 *
 * <p><b>Invariant:</b> a row's outcome depends on nothing but the row: not on its neighbours, on
 * their order, or on who runs it, and it is never what ends the run.
 */
package dev.steerc.runtime.bulk;
