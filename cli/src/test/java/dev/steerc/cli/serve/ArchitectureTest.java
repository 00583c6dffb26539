package dev.steerc.cli.serve;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The invariants of the command that ARCHITECTURE.md promises. */
@AnalyzeClasses(packages = "dev.steerc.cli", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule packagesFormNoCycle =
      slices().matching("dev.steerc.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule theServerNeedsTheRuntimeOnly =
      noClasses()
          .that()
          .resideInAPackage("..cli.serve..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.steerc.models..", "ai.onnxruntime..", "dev.steerc.residual..");
}
