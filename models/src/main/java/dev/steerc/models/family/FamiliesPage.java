package dev.steerc.models.family;

import java.util.Locale;
import java.util.stream.Collectors;

/** The page that tells what lies in {@code testdata/families}. */
final class FamiliesPage {
  private static final String TEMPLATE =
      """
    # Families

    Decoders of the published architectures: %d blocks, hidden %d, vocabulary %d, random weights.
    `dev.steerc.models.family.Families` writes them, each from an `Architecture`, which is data, in a
    `Spelling`, which is an exporter's way of writing. `FamiliesTest` fails when a file is not what
    the program writes, byte for byte, and runs every graph in ONNX Runtime against
    `FamilyReference`, a forward pass that looks at no graph; write them anew with

    ```
    mvn -q -pl compiler,models test -Dtest=FamiliesTest -Dsteerc.rewrite=true \\
        -Dsurefire.failIfNoSpecifiedTests=false
    ```

    A parallel block has no `resid_mid`; all others have five sites.

    | file | what it is | opset | norm | attention | block |
    | --- | --- | --- | --- | --- | --- |
    %s
    """;

  private FamiliesPage() {}

  static String text() {
    Shape shape = Shape.TINY;
    String rows = Families.all().stream().map(FamiliesPage::row).collect(Collectors.joining("\n"));
    return TEMPLATE.formatted(shape.blocks(), shape.hidden(), shape.vocab(), rows);
  }

  private static String row(Family family) {
    Spelling spelling = family.spelling();
    return "| %s | %s | %d | %s | %s | %s |"
        .formatted(
            family.fileName(),
            family.about(),
            spelling.dialect().opset(),
            word(spelling.norm()),
            word(spelling.attention()),
            family.architecture().join().isParallel() ? "parallel" : "sequential");
  }

  private static String word(Enum<?> choice) {
    return choice.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
