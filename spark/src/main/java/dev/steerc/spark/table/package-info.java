/**
 * Tables of rows as commands take and give them.
 *
 * <p>In: paths or URIs of Parquet, JSON lines, CSV or text. Out: a folder of Parquet or JSON lines.
 * <b>Invariant:</b> what cannot be read or written is a problem before the work; a column that
 * nobody asked for goes through as it is.
 */
package dev.steerc.spark.table;
