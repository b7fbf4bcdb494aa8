package dev.tidemark.etcd.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.schemas.Change;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a member's own file may have and a snapshot of today's etcd on common hosts has not: the other byte order, a
 * freelist, the newer meta on page 1, free pages with stale records, room behind the last page.
 */
class MemberFileTest {
    private static final int PAGE = 4096;
    private static final int PAGES = 9;
    private static final int FREELIST_PAGE = 0x10;

    private static final int FREELIST = 2;
    private static final int ROOT = 3;
    private static final int FIRST_LEAF = 4;
    private static final int FREE = 5;
    private static final int BRANCH = 6;
    private static final int LARGE_LEAF = 7;

    private static final Change ONE = Change.put(2, 0, bytes("a"), bytes("1"), 2, 1, 0, 0, 0);
    private static final Change TWO = Change.delete(3, 0, bytes("a"), 0, 0);
    private static final Change LARGE = Change.put(4, 0, bytes("b"), new byte[5000], 4, 1, 7, 0, 0);
    private static final Change STALE = Change.put(9, 0, bytes("c"), bytes("2"), 9, 1, 0, 0, 0);

    @TempDir
    private Path directory;

    static Stream<ByteOrder> orders() {
        return Stream.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN);
    }

    @ParameterizedTest
    @MethodSource("orders")
    void isReadFromItsNewerMetaWithoutItsFreePages(ByteOrder order) throws IOException {
        try (EtcdDatabase database = EtcdDatabase.open(file(order, 4, 5, 3))) {
            List<Change> read = new ArrayList<>();
            database.forEachChange(0, 0, read::add);
            assertThat(read).containsExactly(ONE, TWO, LARGE);
            assertThat(database.bucketNames()).containsExactly("key", "meta");
            assertThat(database.lastRecordRevision()).isEqualTo(4);
            assertThat(database.compactRevision()).isEqualTo(3);
            assertThat(database.hasSha256()).isFalse();
        }
    }

    @Test
    void theMetaOfTheLaterTransactionCounts() throws IOException {
        Path file = file(ByteOrder.LITTLE_ENDIAN, 6, 5, 3);
        assertThatThrownBy(() -> EtcdDatabase.open(file))
                .as("the older meta, whose root is a free page")
                .isInstanceOfSatisfying(
                        DamagedFileException.class, e -> assertThat(e.page()).isEqualTo(FREE));
    }

    @Test
    void aCompactionAtRevisionZeroIsNone() throws IOException {
        try (EtcdDatabase database = EtcdDatabase.open(file(ByteOrder.LITTLE_ENDIAN, 4, 5, 0))) {
            assertThat(database.compactRevision()).isZero();
            assertThat(database.revision()).isEqualTo(4);
        }
    }

    @Test
    void anInterruptedReaderDoesNotBlameTheDisk() throws IOException {
        try (EtcdDatabase database = EtcdDatabase.open(file(ByteOrder.LITTLE_ENDIAN, 4, 5, 3))) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> database.forEachChange(0, 0, change -> {}))
                    .isInstanceOfSatisfying(
                            EtcdFileException.class, e -> assertThat(e.hint()).isEmpty())
                    .hasMessageContaining("was interrupted");
            assertThat(Thread.interrupted()).isTrue();
        } finally {
            Thread.interrupted();
        }
    }

    /** Page 0 carries the one transaction and leads to a free page, page 1 the other and leads to the data. */
    private Path file(ByteOrder order, long transaction0, long transaction1, long compacted) throws IOException {
        ByteBuffer file = ByteBuffer.allocate((PAGES + 1) * PAGE).order(order);
        new Meta(order, PAGE, FREE, PAGES, transaction0).encode(file.position(0), 0);
        new Meta(order, PAGE, ROOT, PAGES, transaction1).encode(file.position(PAGE), 1);
        header(file, FREELIST, FREELIST_PAGE, 1, 0).putLong(FREE);

        ByteBuffer meta = ByteBuffer.allocate(200).order(order);
        meta.position(Bbolt.BUCKET_HEADER);
        leaf(header(meta.slice().order(order), 0, 0, Bbolt.LEAF_PAGE, 1, 0), 0, List.of(mark(compacted)));
        byte[] key = ByteBuffer.allocate(Bbolt.BUCKET_HEADER)
                .order(order)
                .putLong(BRANCH)
                .array();
        leaf(
                header(file, ROOT, Bbolt.LEAF_PAGE, 2, 0),
                Bbolt.BUCKET_ELEMENT,
                List.of(new BucketEntry(bytes("key"), key), new BucketEntry(bytes("meta"), meta.array())));

        leaf(header(file, FIRST_LEAF, Bbolt.LEAF_PAGE, 2, 0), 0, List.of(entry(ONE), entry(TWO)));
        leaf(header(file, FREE, Bbolt.LEAF_PAGE, 1, 0), 0, List.of(entry(STALE)));
        leaf(header(file, LARGE_LEAF, Bbolt.LEAF_PAGE, 1, 1), 0, List.of(entry(LARGE)));
        byte[] first = entry(ONE).key();
        byte[] second = entry(LARGE).key();
        header(file, BRANCH, Bbolt.BRANCH_PAGE, 2, 0)
                .putInt(32)
                .putInt(first.length)
                .putLong(FIRST_LEAF)
                .putInt(16 + first.length)
                .putInt(second.length)
                .putLong(LARGE_LEAF)
                .put(first)
                .put(second);
        return Files.write(directory.resolve("db"), file.array());
    }

    private static ByteBuffer header(ByteBuffer file, int page, int flags, int count, int overflow) {
        return header(file, page * PAGE, page, flags, count, overflow);
    }

    private static ByteBuffer header(ByteBuffer to, int at, long page, int flags, int count, int overflow) {
        return to.position(at)
                .putLong(page)
                .putShort((short) flags)
                .putShort((short) count)
                .putInt(overflow);
    }

    private static void leaf(ByteBuffer to, int flags, List<BucketEntry> entries) {
        int data = 0;
        for (int i = 0; i < entries.size(); i++) {
            BucketEntry entry = entries.get(i);
            to.putInt(flags).putInt(Bbolt.ELEMENT * (entries.size() - i) + data);
            to.putInt(entry.key().length).putInt(entry.value().length);
            data += entry.key().length + entry.value().length;
        }
        entries.forEach(entry -> to.put(entry.key()).put(entry.value()));
    }

    private static BucketEntry mark(long revision) {
        byte[] value = new byte[KeyRecords.REVISION_SIZE];
        KeyRecords.putKey(value, 0, revision, 0, false);
        return new BucketEntry(bytes("scheduledCompactRev"), value);
    }

    private static BucketEntry entry(Change change) {
        byte[] key = new byte[KeyRecords.keySize(change.isTombstone())];
        KeyRecords.putKey(key, 0, change.main(), change.sub(), change.isTombstone());
        byte[] value = new byte[KeyRecords.valueSize(change)];
        KeyRecords.putValue(value, 0, change);
        return new BucketEntry(key, value);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
