package dev.steerc.spark.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.steerc.problem.Code;
import dev.steerc.problem.SteercException;
import dev.steerc.spark.LocalCluster;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LocalCluster.class)
class TableTest {
  @TempDir private Path folder;

  private Dataset<Row> read(String name, String... lines) throws Exception {
    Path file = Files.createDirectories(folder.resolve(name).getParent()).resolve(last(name));
    Files.write(file, List.of(lines));
    return read(file);
  }

  private static String last(String name) {
    return name.substring(name.lastIndexOf('/') + 1);
  }

  private static Dataset<Row> read(Path path) {
    return new Table(path.toString(), Optional.empty()).read(LocalCluster.session());
  }

  private static List<String> texts(Dataset<Row> rows) {
    return rows.collectAsList().stream().map(row -> row.<String>getAs("text")).toList();
  }

  @Test
  void cellsOfCsvHaveQuotesCommasAndLines() throws Exception {
    Dataset<Row> rows =
        read("t.csv", "id,text", "1,\"he said \"\"so\"\", then", "left\"", "2, plain ");
    assertThat(texts(rows)).containsExactly("he said \"so\", then\nleft", " plain ");
    assertThat(rows.schema().apply("id").dataType()).isEqualTo(DataTypes.StringType);
  }

  @Test
  void aLineThatIsNoJsonIsARowOfItsOwn() throws Exception {
    Dataset<Row> rows = read("t.jsonl", "{\"text\": \"one\"}", "{oops", "", "{\"text\": \"two\"}");
    assertThat(texts(rows)).containsExactly("one", null, "two");
    assertThat(rows.collectAsList().get(1).<String>getAs(Table.CORRUPT)).isEqualTo("{oops");
  }

  @Test
  void plainTextHasATextInEachLineThatIsNotBlank() throws Exception {
    assertThat(texts(read("notes", "one", " ", "two\r"))).containsExactly("one", "two");
  }

  @Test
  void aFolderIsWhatItsFilesAre() throws Exception {
    read("many/a.jsonl", "{\"text\": \"one\"}");
    Files.writeString(folder.resolve("many/_capture.json"), "{}");
    assertThat(texts(read(folder.resolve("many")))).containsExactly("one");
    read("many/b.csv", "text", "two");
    Code code = problem(folder.resolve("many").toString());
    assertThat(code).isEqualTo(Code.ROWS_UNREADABLE);
    assertThat(texts(read(folder.resolve("many/*.csv")))).containsExactly("two");
  }

  @Test
  void whatIsNotThereIsAProblem() {
    for (String name : List.of("none.parquet", "none.jsonl", "none.csv", "none", "none/*.csv")) {
      assertThat(problem(folder.resolve(name).toString())).isEqualTo(Code.ROWS_UNREADABLE);
    }
  }

  @Test
  void whatIsNoParquetIsAProblem() throws Exception {
    Files.writeString(folder.resolve("t.parquet"), "no");
    assertThat(problem(folder.resolve("t.parquet").toString())).isEqualTo(Code.ROWS_UNREADABLE);
  }

  private static Code problem(String path) {
    return thrown(() -> new Table(path, Optional.empty()).read(LocalCluster.session()));
  }

  private static Code thrown(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    return catchThrowableOfType(SteercException.class, call).problems().get(0).code();
  }

  @Test
  void columnsAreCheckedBeforeTheWork() {
    Columns columns =
        new Columns("t", new StructType().add("Text", DataTypes.LongType).add("id", "string"));
    assertThat(thrown(() -> columns.find("text", DataTypes.StringType)))
        .isEqualTo(Code.ROWS_UNREADABLE);
    assertThat(thrown(() -> columns.with(List.of(field("ID"))))).isEqualTo(Code.ROWS_UNREADABLE);
    assertThat(columns.with(List.of(field("tokens"))).fieldNames())
        .containsExactly("Text", "id", "tokens");
  }

  private static StructField field(String name) {
    return DataTypes.createStructField(name, DataTypes.StringType, true);
  }

  @Test
  void aFolderThatIsThereOrIsReadIsNoResult() throws Exception {
    read("t.csv", "text", "one");
    Path other = Files.createDirectory(folder.resolve("other"));
    String input = folder.resolve("t.csv").toString();
    assertThat(taken(folder, true, input)).isTrue();
    assertThat(taken(other, false, input)).isTrue();
    assertThat(taken(other, true, input)).isFalse();
  }

  @Test
  void onlyAResultIsEverReplaced() throws Exception {
    String input = "/nowhere/t.csv";
    Path old = Files.createDirectories(folder.resolve("old/_temporary/0")).getParent().getParent();
    for (String name : List.of("part-0", ".part-0.crc", "_SUCCESS", "_capture.json")) {
      Files.writeString(old.resolve(name), "");
    }
    assertThat(taken(old, true, input)).isFalse();
    Path link = Files.createSymbolicLink(folder.resolve("link"), old);
    assertThat(taken(link, true, input)).isTrue();
    assertThat(taken(old, true, link.resolve("part-0").toString())).as("read by a link").isTrue();
    Files.writeString(old.resolve("thesis.txt"), "");
    assertThat(taken(old, true, input)).isTrue();
    assertThat(taken(old.resolve("thesis.txt"), true, input)).isTrue();
    Path dangling = Files.createSymbolicLink(folder.resolve("dangling"), Path.of("none"));
    for (Path never : List.of(dangling, Path.of("/"), Path.of("/dev/null"), folder)) {
      assertThat(taken(never, true, input)).as(never.toString()).isTrue();
      assertThat(taken(never, false, input)).as(never.toString()).isTrue();
    }
  }

  private static boolean taken(Path path, boolean overwrites, String input) {
    try {
      var hadoop = LocalCluster.session().sessionState().newHadoopConf();
      new Result(path.toString(), overwrites).check(hadoop, List.of(input));
      return false;
    } catch (SteercException e) {
      assertThat(e.problems().get(0).code()).isEqualTo(Code.FOLDER_TAKEN);
      return true;
    }
  }
}
