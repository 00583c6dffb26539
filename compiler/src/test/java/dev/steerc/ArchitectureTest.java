package dev.steerc;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.steerc.residual.Anatomy;
import dev.steerc.residual.Ending;
import dev.steerc.residual.Evidence;
import dev.steerc.residual.Heads;

@AnalyzeClasses(packages = "dev.steerc", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String PROTO = "dev.steerc.onnx.proto..";

  @ArchTest
  static final ArchRule compilerNeverLoadsOnnxRuntime =
      noClasses().should().dependOnClassesThat().resideInAPackage("ai.onnxruntime..");

  @ArchTest
  static final ArchRule compilerNeedsNothingButProtobuf =
      classes()
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("java..", "com.google.protobuf..", "dev.steerc..");

  @ArchTest
  static final ArchRule onnxKnowsNoTransformer =
      noClasses()
          .that()
          .resideInAPackage("dev.steerc.onnx..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.steerc.residual..", "dev.steerc.plan..", "dev.steerc.manifest..");

  @ArchTest
  static final ArchRule residualKnowsNoBytes =
      noClasses()
          .that()
          .resideInAPackage("dev.steerc.residual..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              PROTO, "com.google.protobuf..", "dev.steerc.plan..", "dev.steerc.manifest..");

  /** What is told of blocks is for users; where an edit goes may not hang on it. */
  @ArchTest
  static final ArchRule noEditDependsOnADescription =
      noClasses()
          .that()
          .resideInAPackage("dev.steerc.plan..")
          .or()
          .haveNameMatching(
              "dev\\.steerc\\.residual\\.(Flow|Sum|Chain|Readers|Places?|Tail|Cut|Padding|Positions|Norms|Attention|Region).*")
          .should()
          .dependOnClassesThat()
          .belongToAnyOf(Anatomy.class, Ending.class, Evidence.class, Heads.class)
          .orShould()
          .dependOnClassesThat()
          .haveNameMatching(
              "dev\\.steerc\\.residual\\.(Dissection|Grounds|Rotation|Mlp|NormKind|Notes)");

  @ArchTest
  static final ArchRule planKnowsNoManifest =
      noClasses()
          .that()
          .resideInAPackage("dev.steerc.plan..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.steerc.manifest..");

  @ArchTest
  static final ArchRule problemsStandAlone =
      classes()
          .that()
          .resideInAPackage("dev.steerc.problem..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("java..", "dev.steerc.problem..");

  @ArchTest
  static final ArchRule packagesFormNoCycle =
      slices().matching("dev.steerc.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule stationsDoNotKnowTheFrontDoor =
      noClasses()
          .that()
          .resideInAnyPackage("dev.steerc.(*)..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.steerc");

  @ArchTest
  static final ArchRule namesAreNouns =
      noClasses()
          .that()
          .resideOutsideOfPackage(PROTO)
          .should()
          .haveSimpleNameEndingWith("Manager")
          .orShould()
          .haveSimpleNameEndingWith("Helper")
          .orShould()
          .haveSimpleNameEndingWith("Util")
          .orShould()
          .haveSimpleNameEndingWith("Utils")
          .orShould()
          .haveSimpleNameEndingWith("Impl")
          .orShould()
          .haveSimpleNameStartingWith("Abstract");
}
