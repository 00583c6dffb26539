/**
 * Models from a server with the layout of the Hugging Face hub.
 *
 * <p>In comes a {@link dev.steerc.models.hub.Pull}: a repository at a revision, and a folder. Out
 * come a model, its data files and its tokenizer in that folder, and a {@link
 * dev.steerc.models.hub.Pulled} that says what they are.
 *
 * <p><b>Invariant:</b> a file is under its name only when its size and hash are those that the hub
 * announced; until then it is a {@code .part} beside it, from which the next try goes on.
 * <b>Invariant:</b> the token is sent to the hub's own address only, and no message shows it.
 */
package dev.steerc.models.hub;
