package dev.tidemark.capture.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.capture.CaptureSettings;
import dev.tidemark.schemas.Change;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {
    @TempDir
    Path directory;

    @Test
    void whatGoesInComesOutInOrderThroughMemoryAndDisk() throws IOException {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        try (Spool spool = spool(20_000, 1L << 30)) {
            List<Change> in = new ArrayList<>();
            List<Change> out = new ArrayList<>();
            long progress = 0;
            long lastProgress = 0;
            for (long main = 2; main < 3_000; main++) {
                Change change = Change.put(main, 0, new byte[] {1}, new byte[random.nextInt(3_000)], main, 1, 0, 5, 4);
                in.add(change);
                assertThat(spool.offer(Item.Changes.of("g", List.of(change)))).isEqualTo(Spool.Room.TAKEN);
                if (main % 100 == 0) {
                    spool.add(new Item.Progress("g", main, main));
                }
                while (random.nextInt(3) == 0) {
                    Item item = spool.poll(Duration.ZERO).orElse(null);
                    if (item instanceof Item.Changes changes) {
                        out.addAll(changes.changes());
                    } else if (item instanceof Item.Progress one) {
                        assertThat(one.revision())
                                .isEqualTo(out.get(out.size() - 1).main());
                        progress++;
                        lastProgress = one.revision();
                    }
                }
            }
            assertThat(spool.diskBytes()).isPositive();
            for (Item item = spool.poll(Duration.ZERO).orElse(null);
                    item != null;
                    item = spool.poll(Duration.ZERO).orElse(null)) {
                if (item instanceof Item.Changes changes) {
                    out.addAll(changes.changes());
                } else {
                    progress++;
                    lastProgress = ((Item.Progress) item).revision();
                }
            }
            assertThat(out).as("seed %d", seed).isEqualTo(in);
            assertThat(progress).isEqualTo(29);
            assertThat(lastProgress).isEqualTo(2_900);
            assertThat(spool.diskBytes()).isZero();
        }
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void aRevisionLargerThanARecordPassesThroughTheDisk() {
        try (Spool spool = spool(1, 1L << 30)) {
            List<Change> revision = new ArrayList<>();
            for (int sub = 0; sub < 50_000; sub++) {
                revision.add(Change.delete(
                        7, sub, ("some/long/key/name/" + sub).getBytes(java.nio.charset.StandardCharsets.UTF_8), 3, 2));
            }
            spool.offer(changes(6, 1));
            spool.offer(Item.Changes.of("g", revision));
            assertThat(last(spool)).isEqualTo(6);
            assertThat(((Item.Changes) spool.poll(Duration.ZERO).orElseThrow()).changes())
                    .isEqualTo(revision);
        }
    }

    @Test
    void aFullDiskIsSaidAndNothingIsTaken() {
        try (Spool spool = spool(1, 5_000)) {
            assertThat(spool.offer(changes(2, 3_000))).isEqualTo(Spool.Room.TAKEN);
            assertThat(spool.offer(changes(3, 3_000))).isEqualTo(Spool.Room.TAKEN);
            assertThat(spool.offer(changes(4, 3_000))).isEqualTo(Spool.Room.FULL);
            assertThat(last(spool)).isEqualTo(2);
            assertThat(last(spool)).isEqualTo(3);
            assertThat(spool.poll(Duration.ZERO)).isEmpty();
            assertThat(spool.offer(changes(4, 3_000))).isEqualTo(Spool.Room.TAKEN);
        }
    }

    @Test
    void aDiskThatOthersFillIsLeftTheRoomThatReadingBackNeeds() {
        AtomicLong usable = new AtomicLong(SpoolFiles.RESERVE_BYTES + 10_000);
        try (Spool spool = new Spool(new CaptureSettings.Spool(directory, 1, 1L << 30), usable::get)) {
            assertThat(spool.offer(changes(2, 3_000))).isEqualTo(Spool.Room.TAKEN);
            assertThat(spool.offer(changes(3, 3_000))).isEqualTo(Spool.Room.TAKEN);
            usable.set(SpoolFiles.RESERVE_BYTES + 2_000);
            assertThat(spool.offer(changes(4, 3_000))).isEqualTo(Spool.Room.FULL);
            assertThat(last(spool)).isEqualTo(2);
            assertThat(last(spool)).isEqualTo(3);
            assertThat(spool.diskBytes()).isZero();
        }
    }

    @Test
    void aDiskThatTellsNothingTakesNothing() {
        SpoolFiles.Disk gone = () -> {
            throw new IOException("the disk is gone");
        };
        try (Spool spool = new Spool(new CaptureSettings.Spool(directory, 1, 1L << 30), gone)) {
            assertThat(spool.offer(changes(2, 3_000))).isEqualTo(Spool.Room.TAKEN);
            assertThat(spool.offer(changes(3, 3_000))).isEqualTo(Spool.Room.FULL);
            assertThat(last(spool)).isEqualTo(2);
        }
    }

    @Test
    void aMessageLargerThanAllRoomPassesWhereNothingWaits() {
        try (Spool spool = spool(1, 10)) {
            assertThat(spool.offer(changes(2, 3_000))).isEqualTo(Spool.Room.TAKEN);
            assertThat(spool.offer(changes(3, 3_000))).isEqualTo(Spool.Room.FULL);
            assertThat(last(spool)).isEqualTo(2);
            assertThat(spool.offer(changes(3, 3_000))).isEqualTo(Spool.Room.TAKEN);
        }
    }

    private static long last(Spool spool) {
        return ((Item.Changes) spool.poll(Duration.ZERO).orElseThrow()).last();
    }

    @Test
    void theReaderFailsWithWhatTheWriterFailedWith() {
        try (Spool spool = spool(1_000, 1_000)) {
            spool.fail(new IllegalStateException("the source is another one"));
            assertThatThrownBy(() -> spool.poll(Duration.ofSeconds(5))).hasMessage("the source is another one");
        }
    }

    @Test
    void whatWaitsIsReadBeforeTheFailureBehindIt() {
        try (Spool spool = spool(1_000, 10_000)) {
            spool.offer(changes(2, 500));
            spool.offer(changes(3, 3_000));
            spool.endWith(new IllegalStateException("the source refuses us"));
            spool.rethrowFailureIfOver();
            assertThat(last(spool)).isEqualTo(2);
            assertThat(last(spool)).isEqualTo(3);
            assertThatThrownBy(() -> spool.poll(Duration.ofSeconds(5))).hasMessage("the source refuses us");
        }
    }

    @Test
    void aFailureThatMustNotWaitOvertakesWhatWaits() {
        try (Spool spool = spool(1_000, 10_000)) {
            spool.offer(changes(2, 500));
            spool.endWith(new IllegalStateException("the source refuses us"));
            spool.fail(new IllegalStateException("another captor holds the cluster"));
            assertThatThrownBy(spool::rethrowFailureIfOver).hasMessage("another captor holds the cluster");
            assertThatThrownBy(() -> spool.poll(Duration.ZERO)).hasMessage("another captor holds the cluster");
        }
    }

    private Spool spool(long memory, long disk) {
        return new Spool(new CaptureSettings.Spool(directory, memory, disk));
    }

    private static Item.Changes changes(long main, int bytes) {
        return Item.Changes.of("g", List.of(Change.put(main, 0, new byte[1], new byte[bytes], main, 1, 0, 1, 1)));
    }
}
