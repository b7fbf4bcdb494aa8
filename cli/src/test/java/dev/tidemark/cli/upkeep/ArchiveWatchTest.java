package dev.tidemark.cli.upkeep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.archive.ArchiveException;
import dev.tidemark.restorer.info.ArchiveFacts;
import dev.tidemark.sandbox.Eventually;
import dev.tidemark.schemas.Failure;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class ArchiveWatchTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static ArchiveFacts facts(long readAt) {
        return new ArchiveFacts(readAt, List.of(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    private static ArchiveStatus of(ArchiveWatch watch, int archive) {
        return watch.statuses().get(archive).get();
    }

    @Test
    void whatWasReadStaysWhileNothingNewerCanBeAndOthersAreReadNevertheless() {
        Deque<Supplier<ArchiveFacts>> answers = new ArrayDeque<>();
        answers.add(() -> facts(1));
        answers.add(() -> {
            throw new ArchiveException(Failure.UNAVAILABLE, "the store is away", "wait");
        });
        answers.add(() -> {
            throw new StackOverflowError("on purpose");
        });
        answers.add(() -> facts(4));
        ArchiveWatch watch = new ArchiveWatch(
                List.of(
                        new ArchiveWatch.Archive("a", () -> answers.remove().get()),
                        new ArchiveWatch.Archive("b", () -> facts(7))),
                Duration.ofHours(1));
        assertThat(of(watch, 0)).isEqualTo(new ArchiveStatus("a", Optional.empty(), ""));
        watch.look();
        assertThat(of(watch, 0)).isEqualTo(new ArchiveStatus("a", Optional.of(facts(1)), ""));
        watch.look();
        assertThat(of(watch, 0))
                .isEqualTo(new ArchiveStatus("a", Optional.of(facts(1)), "the store is away (hint: wait)"));
        watch.look();
        assertThat(of(watch, 0).problem()).contains("StackOverflowError");
        watch.look();
        assertThat(of(watch, 0)).isEqualTo(new ArchiveStatus("a", Optional.of(facts(4)), ""));
        assertThat(of(watch, 1)).isEqualTo(new ArchiveStatus("b", Optional.of(facts(7)), ""));
    }

    @Test
    void itReadsAtOnceAndWithoutAnArchiveNothing() {
        try (ArchiveWatch watch = ArchiveWatch.start(
                        List.of(new ArchiveWatch.Archive("a", () -> facts(1))), Duration.ofHours(1));
                ArchiveWatch none = ArchiveWatch.start(List.of(), Duration.ZERO)) {
            Eventually.until(PATIENCE, () -> of(watch, 0).facts(), Optional::isPresent);
            assertThat(none.statuses()).isEmpty();
        }
    }
}
