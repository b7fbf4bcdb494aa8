package dev.tidemark.cli;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The rooms of the house and their doors: think twice before a rule here is loosened. */
@AnalyzeClasses(packages = "dev.tidemark", importOptions = ImportOption.DoNotIncludeTests.class)
class LayeringTest {
    @ArchTest
    static final ArchRule dataFlowsOneWay = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("schemas")
            .definedBy("dev.tidemark.schemas..")
            .layer("etcd")
            .definedBy("dev.tidemark.etcd..")
            .layer("archive")
            .definedBy("dev.tidemark.archive..")
            .layer("capture")
            .definedBy("dev.tidemark.capture..")
            .layer("compactor")
            .definedBy("dev.tidemark.compactor..")
            .layer("restorer")
            .definedBy("dev.tidemark.restorer..")
            .layer("sandbox")
            .definedBy("dev.tidemark.sandbox..")
            .layer("cli")
            .definedBy("dev.tidemark.cli..")
            .whereLayer("schemas")
            .mayNotAccessAnyLayer()
            .whereLayer("etcd")
            .mayOnlyAccessLayers("schemas")
            .whereLayer("archive")
            .mayOnlyAccessLayers("schemas")
            .whereLayer("capture")
            .mayOnlyAccessLayers("schemas", "etcd", "archive")
            .whereLayer("compactor")
            .mayOnlyAccessLayers("schemas", "archive")
            .whereLayer("restorer")
            .mayOnlyAccessLayers("schemas", "etcd", "archive")
            .whereLayer("sandbox")
            .mayOnlyAccessLayers("schemas")
            .whereLayer("cli")
            .mayNotBeAccessedByAnyLayer();

    @ArchTest
    static final ArchRule captureFollowsTheDatasSteps = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .ensureAllClassesAreContainedInArchitectureIgnoring(resideOutsideOfPackage("dev.tidemark.capture.."))
            .layer("words")
            .definedBy("dev.tidemark.capture")
            .layer("status")
            .definedBy("dev.tidemark.capture.status")
            .layer("source")
            .definedBy("dev.tidemark.capture.source")
            .layer("spool")
            .definedBy("dev.tidemark.capture.spool")
            .layer("generation")
            .definedBy("dev.tidemark.capture.generation")
            .layer("watch")
            .definedBy("dev.tidemark.capture.watch")
            .layer("topic")
            .definedBy("dev.tidemark.capture.topic")
            .layer("service")
            .definedBy("dev.tidemark.capture.service")
            .whereLayer("words")
            .mayNotAccessAnyLayer()
            .whereLayer("status")
            .mayOnlyAccessLayers("words")
            .whereLayer("source")
            .mayOnlyAccessLayers("words")
            .whereLayer("spool")
            .mayOnlyAccessLayers("words")
            .whereLayer("generation")
            .mayOnlyAccessLayers("words", "source", "spool")
            // source and topic meet in the spool alone
            .whereLayer("watch")
            .mayOnlyAccessLayers("words", "status", "source", "spool", "generation")
            .whereLayer("topic")
            .mayOnlyAccessLayers("words", "status", "source", "spool", "generation")
            .whereLayer("service")
            .mayNotBeAccessedByAnyLayer();

    @ArchTest
    static final ArchRule streamsStaysInTheCompactor = noClasses()
            .that()
            .resideOutsideOfPackage("dev.tidemark.compactor..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.kafka.streams..");

    @ArchTest
    static final ArchRule jetcdStaysInRestorerAndSandbox = noClasses()
            .that()
            .resideOutsideOfPackages("dev.tidemark.restorer..", "dev.tidemark.sandbox..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.etcd..");

    @ArchTest
    static final ArchRule theS3ClientStaysInTheArchive = noClasses()
            .that()
            .resideOutsideOfPackage("dev.tidemark.archive.store..")
            .should()
            .dependOnClassesThat()
            // okhttp3.tls makes the sandbox's certificates
            .resideInAnyPackage("io.minio..", "okhttp3", "okhttp3.internal..");

    @ArchTest
    static final ArchRule dockerStaysInTheSandbox = noClasses()
            .that()
            .resideOutsideOfPackage("dev.tidemark.sandbox..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.testcontainers..", "com.github.dockerjava..");

    @ArchTest
    static final ArchRule portsThatAreGivenOutOnceStayInTheSandbox = noClasses()
            .that()
            .resideOutsideOfPackage("dev.tidemark.sandbox..")
            .should()
            // a service that runs for months would use them up
            .dependOnClassesThat()
            .haveFullyQualifiedName("dev.tidemark.sandbox.FreePorts");

    @ArchTest
    static final ArchRule onlyMainExits = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("dev.tidemark.cli.Tidemark")
            .should()
            .callMethod(System.class, "exit", int.class);

    @ArchTest
    static final ArchRule theRoomsOfTheRestorerFormNoCircle = slices().matching("dev.tidemark.(**)")
            .that(describe("are rooms of the restorer", room -> isOrIsIn("restorer", room.getNamePart(1))))
            .should()
            .beFreeOfCycles();

    private static boolean isOrIsIn(String module, String room) {
        return room.equals(module) || room.startsWith(module + ".");
    }
}
