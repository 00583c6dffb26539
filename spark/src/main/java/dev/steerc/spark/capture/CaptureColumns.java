package dev.steerc.spark.capture;

import dev.steerc.runtime.capture.Pooling;
import dev.steerc.runtime.capture.Tokens;
import dev.steerc.runtime.format.Digest;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.MetadataBuilder;
import org.apache.spark.sql.types.StructField;

/**
 * The columns that a capture adds to a table.
 *
 * @param widths the elements of a row by the path of the site, in the order of the columns
 */
public record CaptureColumns(Pooling pooling, Map<String, Integer> widths) implements Serializable {
  /** What tells a text from others: the SHA-256 of its tokens, and of which count. */
  public static final String TEXT_ID = "text_id";

  /** With all positions, which token of its text the row is of, counted from 0. */
  public static final String POSITION = "position";

  /** How many tokens the row is made of. */
  public static final String TOKENS = "tokens";

  /** By site, the Euclidean lengths of these tokens, added up. */
  public static final String LENGTHS = "lengths";

  /** Why there are no arrays: {@code code} and {@code message}. */
  public static final String PROBLEM = "problem";

  /** The metadata of a site's column that has its path. */
  public static final String SITE = "steerc.site";

  /** The metadata of a site's column that has the length of its arrays. */
  public static final String WIDTH = "steerc.width";

  public CaptureColumns {
    widths = Collections.unmodifiableMap(new LinkedHashMap<>(widths));
  }

  /** The name of a site's column: a dot would have to be quoted wherever it is used. */
  public static String column(String path) {
    return path.replace('.', '_');
  }

  /** The {@link #TEXT_ID} of a text. */
  public static String id(Tokens text) {
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES * (text.ids().length + 1));
    bytes.putLong(text.from()).asLongBuffer().put(text.ids());
    return Digest.sha256(bytes.array());
  }

  boolean hasPositions() {
    return pooling == Pooling.ALL;
  }

  List<StructField> fields() {
    List<StructField> fields = new ArrayList<>();
    fields.add(field(TEXT_ID, DataTypes.StringType));
    if (hasPositions()) {
      fields.add(field(POSITION, DataTypes.IntegerType));
    }
    fields.add(field(TOKENS, DataTypes.IntegerType));
    List<StructField> lengths = new ArrayList<>();
    widths.forEach(
        (path, width) -> {
          fields.add(activations(path, width));
          lengths.add(field(column(path), DataTypes.DoubleType));
        });
    fields.add(field(LENGTHS, DataTypes.createStructType(lengths)));
    fields.add(field(PROBLEM, problem()));
    return fields;
  }

  private static StructField field(String name, DataType type) {
    return new StructField(name, type, true, Metadata.empty());
  }

  private static StructField activations(String path, int width) {
    Metadata metadata = new MetadataBuilder().putString(SITE, path).putLong(WIDTH, width).build();
    DataType floats = DataTypes.createArrayType(DataTypes.FloatType, false);
    return new StructField(column(path), floats, true, metadata);
  }

  private static DataType problem() {
    return DataTypes.createStructType(
        List.of(field("code", DataTypes.StringType), field("message", DataTypes.StringType)));
  }
}
