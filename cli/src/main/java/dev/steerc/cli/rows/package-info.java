/**
 * Rows of prompts as files have them: JSON lines or CSV come in one at a time, and a row that makes
 * no sense says so itself, so that the others are read all the same.
 */
package dev.steerc.cli.rows;
