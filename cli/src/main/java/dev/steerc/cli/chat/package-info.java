/** Conversations as the text that a model goes on from. */
package dev.steerc.cli.chat;
