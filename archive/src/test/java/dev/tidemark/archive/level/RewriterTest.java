package dev.tidemark.archive.level;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.catalog.Placed;
import dev.tidemark.archive.segment.LocalSegment;
import dev.tidemark.archive.segment.Segment;
import dev.tidemark.archive.segment.SegmentCutter;
import dev.tidemark.archive.segment.SegmentLimits;
import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.schemas.Change;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.roaringbitmap.RoaringBitmap;

/** How segments are written anew. */
class RewriterTest {
    private static final SegmentLimits LIMITS = new SegmentLimits(256, 64L << 20, 10, 3);
    private static final int SEGMENTS = 40;

    @TempDir
    private Path directory;

    private final MemoryStore store = new MemoryStore(InstantSource.system());
    private final ClusterArchive archive = new ClusterArchive(store, "prod");

    @Test
    void ofAllThatIsWrittenAnewOnlyAFewSegmentsAreOnTheDiskAtATime() throws IOException {
        List<Piece> pieces = halfDeadPieces();
        List<Integer> onDisk = new CopyOnWriteArrayList<>();
        List<Placed> placed;
        Path room = Files.createDirectory(directory.resolve("room"));
        try (ScratchDirectory scratch = ScratchDirectory.in(room)) {
            ClusterArchive watched = new ClusterArchive(watched(() -> onDisk.add(files(room))), "prod");
            placed = new Rewriter(
                            LIMITS, scratch, watched.uploader(() -> "ATTEMPT").merge("GEN"))
                    .rewrite(pieces);
            assertThat(files(room)).as("all are uploaded").isZero();
        }
        assertThat(onDisk)
                .as("two files each")
                .hasSize(SEGMENTS)
                .allMatch(files -> files <= 2 * (Rewriter.TOGETHER + 1));
        assertThat(placed).hasSize(SEGMENTS / 2).allMatch(segment -> segment.origin() == Placed.Origin.WRITTEN);
        List<Long> revisions = new ArrayList<>();
        placed.forEach(segment -> Segment.open(store, archive.root(), segment.ref())
                .scan(segment.live(), change -> revisions.add(change.main())));
        assertThat(revisions).hasSize(SEGMENTS * 5).isSorted().allMatch(revision -> revision % 2 == 1);
    }

    private List<Piece> halfDeadPieces() throws IOException {
        List<LocalSegment> segments;
        try (SegmentCutter cutter = new SegmentCutter(Files.createDirectory(directory.resolve("cut")), LIMITS)) {
            for (long revision = 1; revision <= SEGMENTS * 10L; revision++) {
                byte[] key = ("key-" + revision).getBytes(StandardCharsets.UTF_8);
                cutter.append(Change.put(revision, 0, key, new byte[] {1}, revision, 1, 0, 0, 0));
            }
            segments = cutter.finish();
        }
        return segments.stream()
                .map(segment -> new Piece(Segment.open(segment), RoaringBitmap.bitmapOf(0, 2, 4, 6, 8), false))
                .toList();
    }

    /** The store, with something to do whenever a file is uploaded. */
    private ObjectStore watched(Runnable look) {
        return (ObjectStore) Proxy.newProxyInstance(
                RewriterTest.class.getClassLoader(), new Class<?>[] {ObjectStore.class}, (proxy, method, given) -> {
                    if (method.getName().equals("put")) {
                        look.run();
                    }
                    return method.invoke(store, given);
                });
    }

    private static int files(Path room) {
        try (Stream<Path> all = Files.walk(room)) {
            return (int) all.filter(Files::isRegularFile).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
