package dev.steerc.cli.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rows as they stand in files. */
class RowsTest {

  private static List<String> csv(String text) {
    return read(new CsvRows(bytes(text)));
  }

  private static List<String> json(String text) {
    return read(new JsonRows(bytes(text)));
  }

  private static ByteArrayInputStream bytes(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  private static List<String> read(Iterator<Row> rows) {
    List<String> all = new ArrayList<>();
    rows.forEachRemaining(
        row ->
            all.add(row.line() + " " + row.problem().map(p -> p.what()).orElse(row.fields() + "")));
    return all;
  }

  @Test
  void csvIsAsRfc4180HasIt() {
    assertThat(csv("\ufeffa,b\r\n1,\"x,y\"\r\n\"q\"\"q\",\"two\r\nlines\"\r\n,\"\"\r\nlast,ä"))
        .containsExactly(
            "2 {a=1, b=x,y}", "3 {a=q\"q, b=two\r\nlines}", "5 {a=null, b=}", "6 {a=last, b=ä}");
  }

  @Test
  void csvRowsThatMakeNoSenseSayWhereTheyBegin() {
    assertThat(csv("a,b\n1\n\n1,2,3\nx\"y,1\n\"x\"y,1\n1,2\n\"open,1\n2,3\n"))
        .containsExactly(
            "2 line 2 has 1 cells, there are 2 names",
            "4 line 4 has 3 cells, there are 2 names",
            "5 line 5 has a quote in a cell without quotes",
            "6 line 6 has something behind the quote of a cell",
            "7 {a=1, b=2}",
            "8 line 8 has a quote that is never closed");
  }

  @Test
  void csvHasNamesInItsFirstLine() {
    assertThat(csv("")).isEmpty();
    assertThat(csv("a,b\n")).isEmpty();
    assertThatThrownBy(() -> csv("a,,b\n1,2,3\n")).hasMessageContaining("name the columns");
    assertThatThrownBy(() -> csv("a,a\n1,2\n")).hasMessageContaining("name the columns");
  }

  @Test
  void csvThatIsNoUtf8SaysSoForTheRow() {
    byte[] text = "\ufeff\"a\",b\n1,?\n2,ä\n".getBytes(StandardCharsets.UTF_8);
    text[text.length - 7] = (byte) 0xff;
    assertThat(read(new CsvRows(new ByteArrayInputStream(text))))
        .containsExactly("2 line 2 is no UTF-8 text", "3 {a=2, b=ä}");
  }

  @Test
  void jsonRowsAreObjects() {
    assertThat(json("\ufeff{\"a\":1}\r\n\n{\"a\":[2]}\n[3]\n{\n{\"a\":\"x\"}"))
        .containsExactly(
            "1 {a=1}",
            "3 {a=[2]}",
            "4 line 4 is no JSON object",
            "5 line 5 is no JSON object: character 1: a string expected",
            "6 {a=x}");
    Iterator<Row> rows = new JsonRows(new ByteArrayInputStream(new byte[] {'{', -1, '}', '\n'}));
    assertThat(rows.next().problem().orElseThrow().what()).isEqualTo("line 1 is no UTF-8 text");
  }
}
