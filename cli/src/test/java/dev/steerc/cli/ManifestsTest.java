package dev.steerc.cli;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The manifests of docs/deploy are ones that the API takes, and the check of that finds mistakes.
 */
class ManifestsTest {
  private static final Path DEPLOY = Steered.root().resolve("docs/deploy");

  @ParameterizedTest
  @ValueSource(strings = {"kubernetes.yaml", "object-store.yaml", "kserve.yaml"})
  void apiKnowsEveryField(String file) throws Exception {
    Manifests manifests = Manifests.read(DEPLOY.resolve(file));
    assertThatCode(manifests::check).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "kubernetes.yaml | maxSurge: | maxSurges: | maxSurges",
        "kubernetes.yaml | readOnlyRootFilesystem: | readonlyRootFilesystem: | readonlyRoot",
        "kubernetes.yaml | startupProbe: | startProbe: | startProbe",
        "kubernetes.yaml | failureThreshold: | failures: | failures",
        "kubernetes.yaml | claimName: | claim: | claim",
        "kubernetes.yaml | podSelector: | selector: | selector",
        "kubernetes.yaml | scaleTargetRef: | target: | target",
        "kubernetes.yaml | averageUtilization: | average: | average",
        "object-store.yaml | secretRef: | secret: | secret",
        "object-store.yaml | egress: | out: | out",
        "kubernetes.yaml | kind: Deployment | kind: Deploiment | Deploiment",
        "kserve.yaml | storageUri: | storageUrl: | storageUrl",
        "kserve.yaml | autoSelect: | auto: | auto",
        "kserve.yaml | mountPath: | path: | path",
        "kserve.yaml | protocolVersions: [v2] | protocolVersions: [v3] | v3",
        "kserve.yaml | v1beta1 | v1beta2 | v1beta2",
      })
  void mistakeIsFound(String file, String right, String wrong, String told) throws Exception {
    String text = Files.readString(DEPLOY.resolve(file)).replace(right, wrong);
    assertThatThrownBy(() -> Manifests.parse(text).check()).hasMessageContaining(told);
  }
}
