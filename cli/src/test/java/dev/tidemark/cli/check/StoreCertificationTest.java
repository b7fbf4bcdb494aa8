package dev.tidemark.cli.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.tidemark.archive.store.ArchiveSettings;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.archive.store.ObjectStores;
import dev.tidemark.cli.check.LaxStore.Vice;
import dev.tidemark.sandbox.Eventually;
import dev.tidemark.schemas.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever a store does wrong is found by the check whose business it is, and nothing is left behind. */
class StoreCertificationTest {
    private static final String ATTEMPT = "01JDB3Z6V5KQ8S5G4N7T2R9WXY";

    @TempDir
    Path directory;

    private Duration locked = Duration.ZERO;

    @Test
    void aDirectoryIsCertified() throws IOException {
        Path archive = Files.createDirectory(directory.resolve("archive"));
        List<Finding> found = certified(ObjectStores.open(ArchiveSettings.inDirectory(archive.toUri())));

        assertThat(found).allMatch(Finding::isOk);
        assertThat(found)
                .extracting(Finding::name)
                .containsExactly(
                        "archive",
                        "archive race",
                        "archive consistency",
                        "archive deletion",
                        "archive ranges",
                        "archive large object",
                        "archive listing",
                        "archive multipart",
                        "archive versioning",
                        "archive object lock",
                        "archive clock",
                        "archive lifecycle",
                        "archive cleanup");
        assertThat(found.get(1).detail()).contains("200 names, each created by 16 writers");
        try (Stream<Path> left = Files.walk(archive)) {
            assertThat(left.filter(Files::isRegularFile)).isEmpty();
        }
        assertThat(directory.resolve("scratch")).isEmptyDirectory();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "IGNORES_THE_CONDITION | archive race | REFUSED | accepts If-None-Match and ignores it",
                "LOOKS_BEFORE_IT_CREATES | archive race | REFUSED | is not atomic",
                "REMEMBERS_WHAT_WAS_MISSING | archive consistency | VERIFICATION | could not be read although",
                "LISTS_LATE | archive consistency | VERIFICATION | was not listed although",
                "KEEPS_THE_DELETED | archive deletion | VERIFICATION | was said to exist although",
                "IGNORES_RANGES | archive ranges | VERIFICATION | bytes at",
                "CHANGES_LARGE_OBJECTS | archive large object | VERIFICATION | does not come back",
                "LISTS_OUT_OF_ORDER | archive listing | VERIFICATION | in the order of bytes",
                "LOSES_A_NAME_BETWEEN_PAGES | archive listing | VERIFICATION | over several pages",
            })
    void everyViceIsFoundAndNothingIsLeft(Vice vice, String check, Failure failure, String words) throws IOException {
        LaxStore store = new LaxStore(vice);
        List<Finding> found = certified(store);

        assertThat(found)
                .filteredOn(finding -> finding.name().equals(check))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.failure()).contains(failure);
                    assertThat(finding.detail()).contains(words);
                    assertThat(finding.hint()).isNotEmpty();
                });
        assertThat(store.size()).isZero();
    }

    @Test
    void aStoreWithoutViceIsCertified() throws IOException {
        LaxStore store = new LaxStore(Vice.NONE);

        assertThat(certified(store)).allMatch(Finding::isOk);
        assertThat(store.size()).isZero();
    }

    @Test
    void whatItWroteIsTakenAwayThoughItIsInterrupted() throws Exception {
        LaxStore store = new LaxStore(Vice.IS_SLOW);
        CompletableFuture<Throwable> ended = new CompletableFuture<>();
        Thread certifying = new Thread(() -> ended.complete(catchThrowable(() -> certified(store))));
        certifying.start();
        Eventually.eventually(
                Duration.ofSeconds(60), () -> assertThat(store.size()).isGreaterThan(250));
        certifying.interrupt();

        assertThat(ended.get(30, TimeUnit.SECONDS)).hasMessageContaining("interrupted");
        assertThat(store.size()).isZero();
    }

    @Test
    void aRuleThatDeletesFromTheArchiveIsRefused() throws IOException {
        List<Finding> found = certified(new LaxStore(Vice.NONE), Optional.of(List.of("rule x deletes everything")));

        assertThat(found)
                .filteredOn(finding -> finding.name().equals("archive lifecycle"))
                .singleElement()
                .satisfies(finding -> assertThat(finding.failure()).contains(Failure.REFUSED));
    }

    @Test
    void aLockThatIsWantedWhereNothingIsLockedIsAWarning() throws IOException {
        locked = Duration.ofDays(30);

        assertThat(certified(new LaxStore(Vice.NONE)))
                .filteredOn(finding -> finding.name().equals("archive object lock"))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.level()).isEqualTo(Finding.Level.WARN);
                    assertThat(finding.detail()).contains("will lock nothing");
                });
    }

    private List<Finding> certified(ObjectStore store) throws IOException {
        return certified(store, Optional.of(List.of()));
    }

    private List<Finding> certified(ObjectStore store, Optional<List<String>> rules) throws IOException {
        Path scratch = Files.createDirectories(directory.resolve("scratch"));
        StoreCertification.Subject subject =
                new StoreCertification.Subject(() -> store, Optional::empty, () -> rules, scratch, locked);
        return new StoreCertification(subject, ATTEMPT, Clock.systemUTC()).run();
    }
}
