package dev.tidemark.etcd.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import dev.tidemark.etcd.rpc.EtcdException.DamagedSnapshot;
import dev.tidemark.etcd.rpc.EtcdException.Disk;
import dev.tidemark.etcd.rpc.EtcdException.Unavailable;
import dev.tidemark.etcd.rpc.FakeMember.Script;
import dev.tidemark.etcd.rpc.proto.SnapshotResponse;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotDownloadTest {
    private static final int CHUNK = 32 * 1024;

    @TempDir
    Path directory;

    private final FakeMember member = new FakeMember();
    private final EtcdClient client = member.client(FakeMember.IMPATIENT);
    private final byte[] database = database();

    @BeforeEach
    void warmUp() {
        try (EtcdClient patient = member.client()) {
            patient.status();
        }
    }

    @AfterEach
    void close() {
        client.close();
        member.close();
    }

    @Test
    void aWholeStreamIsKeptByteForByte() throws IOException {
        stream(chunks(database, sha256(database)), Status.OK);

        SnapshotFile snapshot = client.snapshotTo(file(), Duration.ZERO);
        byte[] stored = Files.readAllBytes(file());
        assertThat(snapshot.bytes()).isEqualTo(database.length + 32).isEqualTo(stored.length);
        assertThat(snapshot.sha256()).isEqualTo(HexFormat.of().formatHex(sha256(database)));
        assertThat(stored).startsWith(database).endsWith(sha256(database));
        assertThat(Files.getPosixFilePermissions(file()))
                .as("it holds all secrets of the cluster")
                .containsExactlyInAnyOrder(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
    }

    @Test
    void aStreamThatEndsTooEarlyIsRefused() {
        stream(chunks(database, sha256(database)).subList(0, 3), Status.OK);
        assertThat(damaged()).hasMessageContaining("bytes to come");
    }

    @Test
    void aStreamWithoutItsChecksumIsRefused() {
        List<SnapshotResponse> chunks = chunks(database, sha256(database));
        stream(chunks.subList(0, chunks.size() - 1), Status.OK);
        assertThat(damaged()).hasMessageContaining("does not end with a checksum");
    }

    @Test
    void aFlippedBitIsRefused() {
        byte[] sum = sha256(database);
        database[70_000] ^= 1;
        stream(chunks(database, sum), Status.OK);
        assertThat(damaged())
                .hasMessageContaining(HexFormat.of().formatHex(sum))
                .hasMessageContaining(HexFormat.of().formatHex(sha256(database)));
    }

    @Test
    void aMemberThatSendsEmptyChunksForeverIsLeft() {
        List<SnapshotResponse> chunks =
                new ArrayList<>(chunks(database, sha256(database)).subList(0, 2));
        chunks.add(SnapshotResponse.newBuilder().setRemainingBytes(99).build());
        member.snapshots.add(new Script<>(chunks, Optional.empty()));
        assertThat(damaged()).hasMessageContaining("nothing more").hasMessageContaining("99 bytes");
    }

    @Test
    void anEmptyStreamIsRefused() {
        stream(List.of(), Status.OK);
        assertThat(damaged()).hasMessageContaining("after 0 bytes");
    }

    @Test
    void aStreamThatBreaksIsUnavailable() {
        stream(chunks(database, sha256(database)).subList(0, 2), Status.UNAVAILABLE);
        assertThat(unavailable().reason()).isEqualTo(Unavailable.Reason.UNREACHABLE);
    }

    @Test
    void aStreamThatStallsIsUnavailable() {
        member.snapshots.add(new Script<>(chunks(database, sha256(database)).subList(0, 2), Optional.empty()));
        assertThat(unavailable().reason()).isEqualTo(Unavailable.Reason.TIMEOUT);
    }

    @Test
    void aDownloadThatIsInterruptedDoesNotBlameTheDisk() throws InterruptedException {
        SnapshotResponse chunk = SnapshotResponse.newBuilder()
                .setBlob(ByteString.copyFrom(new byte[CHUNK]))
                .setRemainingBytes(1)
                .build();
        // it is as likely to write as to wait when it is interrupted
        for (int i = 0; i < 20; i++) {
            member.snapshots.add(new Script<>(Collections.nCopies(1_000, chunk), Optional.empty()));
            AtomicReference<Throwable> error = new AtomicReference<>();
            Thread download =
                    new Thread(() -> error.set(catchThrowable(() -> client.snapshotTo(file(), Duration.ZERO))));
            download.start();
            while (Files.notExists(file())) {
                Thread.onSpinWait();
            }
            download.interrupt();
            download.join();
            assertThat(error.get()).isInstanceOfSatisfying(Unavailable.class, e -> assertThat(e.reason())
                    .isEqualTo(Unavailable.Reason.CANCELLED));
            assertThat(file()).doesNotExist();
        }
    }

    @Test
    void aMemberWithMoreThanTheDiskHoldsIsRefusedAtOnce() {
        SnapshotResponse first = SnapshotResponse.newBuilder()
                .setBlob(ByteString.copyFrom(new byte[CHUNK]))
                .setRemainingBytes(1L << 60)
                .build();
        member.snapshots.add(new Script<>(List.of(first), Optional.empty()));
        assertThat(catchThrowableOfType(Disk.class, () -> client.snapshotTo(file(), Duration.ZERO)))
                .hasMessageContaining("are free");
        assertThat(file()).doesNotExist();
    }

    @Test
    void aFileThatExistsIsLeftAlone() throws IOException {
        Files.writeString(file(), "mine");
        stream(chunks(database, sha256(database)), Status.OK);
        assertThat(catchThrowableOfType(Disk.class, () -> client.snapshotTo(file(), Duration.ZERO)))
                .hasMessageContaining(file().toString());
        assertThat(file()).hasContent("mine");
    }

    private void stream(List<SnapshotResponse> chunks, Status end) {
        member.snapshots.add(new Script<>(chunks, Optional.of(end)));
    }

    private DamagedSnapshot damaged() {
        DamagedSnapshot error =
                catchThrowableOfType(DamagedSnapshot.class, () -> client.snapshotTo(file(), Duration.ZERO));
        assertThat(file()).doesNotExist();
        return error;
    }

    private Unavailable unavailable() {
        Unavailable error = catchThrowableOfType(Unavailable.class, () -> client.snapshotTo(file(), Duration.ZERO));
        assertThat(file()).doesNotExist();
        return error;
    }

    private Path file() {
        return directory.resolve("snapshot.db");
    }

    private static byte[] database() {
        byte[] bytes = new byte[5 * CHUNK + 4096];
        new Random(1).nextBytes(bytes);
        return bytes;
    }

    /** As etcd sends it: chunks of 32 KiB, then the checksum in a message of its own. */
    private static List<SnapshotResponse> chunks(byte[] database, byte[] sum) {
        List<SnapshotResponse> chunks = new ArrayList<>();
        for (int at = 0; at < database.length; at += CHUNK) {
            int length = Math.min(CHUNK, database.length - at);
            chunks.add(SnapshotResponse.newBuilder()
                    .setBlob(ByteString.copyFrom(database, at, length))
                    .setRemainingBytes(database.length - at - length)
                    .build());
        }
        chunks.add(
                SnapshotResponse.newBuilder().setBlob(ByteString.copyFrom(sum)).build());
        return chunks;
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
