package dev.tidemark.restorer.verify;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.etcd.file.BucketEntry;
import dev.tidemark.etcd.file.EtcdDatabase;
import dev.tidemark.etcd.file.EtcdDatabaseWriter;
import dev.tidemark.etcd.file.FileContents;
import dev.tidemark.etcd.file.Liveness;
import dev.tidemark.restorer.restore.RestoreResult;
import dev.tidemark.restorer.verify.report.Finding;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.LeaseTtl;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a comparison of two databases must and must not find: the restore lacks what a compaction had still to remove. */
class FileComparisonTest {
    private static final long COMPACTED = 6;
    private static final FileContents NOTHING = FileContents.of(List.of());

    @TempDir
    private Path directory;

    private int files;

    private static Change put(long main, String key, String value, long lease) {
        return Change.put(main, 0, key.getBytes(UTF_8), value.getBytes(UTF_8), main, 1, lease, 0, 0);
    }

    private static Change delete(long main, String key) {
        return Change.delete(main, 0, key.getBytes(UTF_8), 0, 0);
    }

    /** As a restore has it: the state at 6, its tombstone, and all since. */
    private static List<Change> restored() {
        return new ArrayList<>(List.of(
                put(3, "b", "3", 0),
                put(5, "a", "5", 0),
                delete(6, "c"),
                put(7, "a", "7", 0),
                delete(8, "b"),
                put(9, "d", "9", 0)));
    }

    /** As a source has it whose compaction is under way. */
    private static List<Change> source() {
        List<Change> records = restored();
        records.add(0, put(2, "a", "2", 0));
        records.add(2, put(4, "c", "4", 0));
        return records;
    }

    private EtcdDatabase write(List<Change> records, FileContents contents) {
        Path file = directory.resolve("file-" + files++);
        try (EtcdDatabaseWriter writer = EtcdDatabaseWriter.create(file, COMPACTED)) {
            records.forEach(change -> writer.append(change, Liveness.SUPERSEDED));
            writer.finish(contents);
        }
        return EtcdDatabase.open(file);
    }

    private FileComparison compare(EtcdDatabase theirs, EtcdDatabase ours) throws IOException {
        Path room = Files.createTempDirectory(directory, "room");
        return new FileComparison("http://source", theirs, ours, COMPACTED, room);
    }

    private List<Finding> records(List<Change> theirs, List<Change> ours) throws IOException {
        try (EtcdDatabase source = write(theirs, NOTHING);
                EtcdDatabase restored = write(ours, NOTHING)) {
            return compare(source, restored).records();
        }
    }

    @Test
    void leftoversOfACompactionAreNoDifference() throws IOException {
        assertThat(records(source(), restored())).isEmpty();
    }

    @Test
    void aRecordThatIsMissingIsFound() throws IOException {
        for (int gone = 0; gone < restored().size(); gone++) {
            List<Change> ours = restored();
            Change lost = ours.remove(gone);
            assertThat(records(source(), ours)).singleElement().satisfies(finding -> {
                assertThat(finding.object()).isEqualTo("http://source");
                assertThat(finding.problem()).contains("lacks record " + lost.main() + "/0");
                assertThat(finding.range().orElseThrow().first()).isEqualTo(lost.main());
                assertThat(finding.range().orElseThrow().last()).isEqualTo(9);
            });
        }
    }

    @Test
    void aRecordTooManyOrOfOtherContentIsFound() throws IOException {
        List<Change> more = restored();
        more.add(put(10, "e", "10", 0));
        assertThat(records(source(), more)).singleElement().satisfies(finding -> assertThat(finding.problem())
                .contains("holds besides record 10/0"));
        List<Change> other = restored();
        other.set(1, put(5, "a", "X", 0));
        other.set(5, put(9, "d", "X", 0));
        assertThat(records(source(), other)).singleElement().satisfies(finding -> assertThat(finding.problem())
                .contains("holds otherwise record 5/0")
                .contains("1 more"));
    }

    /** A key that lived at the compaction, and that a restore forgot, is no leftover. */
    @Test
    void aKeyThatLivedBeforeTheCompactionIsFoundIfItIsMissing() throws IOException {
        List<Change> theirs = source();
        theirs.add(0, put(1, "old", "1", 0));
        assertThat(records(theirs, restored())).singleElement().satisfies(finding -> assertThat(finding.problem())
                .contains("lacks record 1/0"));
    }

    @Test
    void leasesMustHaveTheTimesThatWereGranted() throws IOException {
        FileContents granted = FileContents.of(List.of(new LeaseTtl(7, 60), new LeaseTtl(8, 60)));
        try (EtcdDatabase source = write(source(), granted);
                EtcdDatabase restored = write(restored(), NOTHING)) {
            FileComparison files = compare(source, restored);
            assertThat(files.leases(leases(List.of(new LeaseTtl(7, 60)), List.of())))
                    .isEmpty();
            assertThat(files.leases(leases(List.of(new LeaseTtl(7, 61)), List.of())))
                    .singleElement()
                    .satisfies(finding -> assertThat(finding.problem()).contains("granted 60 s"));
            assertThat(files.leases(leases(List.of(new LeaseTtl(9, 60)), List.of())))
                    .singleElement()
                    .satisfies(finding -> assertThat(finding.problem()).contains("is not there"));
            assertThat(files.leases(leases(List.of(), List.of(new LeaseTtl(8, 3_600)))))
                    .singleElement()
                    .satisfies(finding -> assertThat(finding.problem()).contains("does not know"));
        }
    }

    private static RestoreResult.Leases leases(List<LeaseTtl> kept, List<LeaseTtl> guessed) {
        return new RestoreResult.Leases(kept, guessed);
    }

    @Test
    void usersAndRolesMustBeEqualAndWhichAreNewerIsSaid() throws IOException {
        assertThat(auth(users(3, "a"), users(3, "a"))).isEmpty();
        assertThat(auth(users(3, "a"), users(3, "b")))
                .singleElement()
                .satisfies(finding -> assertThat(finding.problem()).contains("at the same revision"));
        assertThat(auth(users(4, "a"), users(3, "b"))).singleElement().satisfies(finding -> assertThat(
                        finding.problem())
                .contains("theirs are of revision 4, the archive's of 3"));
    }

    private List<Finding> auth(FileContents theirs, FileContents ours) throws IOException {
        try (EtcdDatabase source = write(source(), theirs);
                EtcdDatabase restored = write(restored(), ours)) {
            return compare(source, restored).auth();
        }
    }

    private static FileContents users(long authRevision, String user) {
        byte[] revision = ByteBuffer.allocate(Long.BYTES).putLong(authRevision).array();
        return new FileContents(
                List.of(),
                List.of(new BucketEntry("authRevision".getBytes(UTF_8), revision)),
                List.of(new BucketEntry(user.getBytes(UTF_8), new byte[] {1})),
                List.of(),
                Optional.empty());
    }
}
