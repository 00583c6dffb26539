package dev.steerc.runtime;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The invariants of the runtime that ARCHITECTURE.md promises. */
@AnalyzeClasses(packages = "dev.steerc.runtime", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule packagesFormNoCycle =
      slices().matching("dev.steerc.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule steeringTextAndFormatsNeedNoOnnxRuntime =
      noClasses()
          .that()
          .resideInAnyPackage("..runtime.steering..", "..runtime.text..", "..runtime.format..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("ai.onnxruntime");

  @ArchTest
  static final ArchRule formatsStandAlone =
      noClasses()
          .that()
          .resideInAPackage("..runtime.format..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.steerc.runtime", "..runtime.steering..", "..runtime.text..");
}
