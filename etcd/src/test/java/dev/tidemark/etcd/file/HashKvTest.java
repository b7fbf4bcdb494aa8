package dev.tidemark.etcd.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.schemas.Change;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Answers of a real etcd 3.5.12, compacted at 6 and at 16, to HashKV. */
class HashKvTest {
    private static final List<String> RECORDS = List.of(
            "00000000000000095f0000000000000000 0a0261321003180920032a027638",
            "000000000000000a5f0000000000000000 0a0261301004180a20032a027639",
            "000000000000000b5f0000000000000000 0a026231100b180b20012a027731",
            "000000000000000c5f0000000000000000 0a026232100c180c20012a027732",
            "000000000000000d5f0000000000000000 0a026233100d180d20012a027733",
            "000000000000000e5f0000000000000000 0a026234100e180e20012a027734",
            "000000000000000f5f0000000000000000 0a026235100f180f20012a027735",
            "00000000000000115f0000000000000000 0a0261321003181120042a027a7a");
    private static final List<String> COMPACTED_AWAY = List.of(
            "00000000000000075f0000000000000000 0a0261301004180720022a027636",
            "00000000000000085f0000000000000000 0a0261311002180820032a027637",
            "00000000000000105f000000000000000074 0a026131");

    @TempDir
    private Path directory;

    @Test
    void recordsSurviveDecodingAndEncodingByteForByte() {
        for (String record :
                Stream.concat(RECORDS.stream(), COMPACTED_AWAY.stream()).toList()) {
            assertThat(encode(decode(record))).isEqualTo(record);
        }
    }

    @Test
    void afterCompactionOnlyLiveRecordsUpToItCount() {
        assertThat(HashKv.of(database(RECORDS), 17, 16)).isEqualTo(628390399L);
        assertThat(HashKv.of(database(RECORDS), 16, 16)).isEqualTo(3361868491L);
    }

    @Test
    void theTombstoneAtTheCompactionCountsOnlyForTheHashTakenBeforeIt() {
        List<String> all =
                Stream.concat(RECORDS.stream(), COMPACTED_AWAY.stream()).toList();
        assertThat(HashKv.of(database(all), 16, 6)).isEqualTo(4045683448L);
        assertThat(HashKv.of(database(all), 16, 16)).isEqualTo(3361868491L);
        assertThat(HashKv.of(database(all), 17, 16)).isEqualTo(628390399L);
    }

    @Test
    void streamedRecordsGiveTheSameHash() {
        HashKv hash = new HashKv(17, 16);
        for (String record : RECORDS) {
            Change change = decode(record);
            boolean superseded = change.main() == 9;
            hash.add(change, superseded ? Liveness.SUPERSEDED : Liveness.LIVE);
        }
        assertThat(hash.value()).isEqualTo(628390399L);
        assertThat(hash.isProvable()).isTrue();
    }

    @Test
    void isNotProvableIfNothingIsLiveAndRecordsWereLeftOut() {
        HashKv hash = new HashKv(17, 16);
        hash.add(decode(RECORDS.get(0)), Liveness.SUPERSEDED);
        hash.add(decode(COMPACTED_AWAY.get(2)), Liveness.SUPERSEDED);
        assertThat(hash.isProvable()).isFalse();
    }

    @Test
    void refusesRecordsOutOfOrder() {
        HashKv hash = new HashKv(17, 16);
        hash.add(decode(RECORDS.get(1)), Liveness.LIVE);
        assertThatThrownBy(() -> hash.add(decode(RECORDS.get(0)), Liveness.LIVE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("9/0 after 10/0");
    }

    private EtcdDatabase database(List<String> records) {
        Path path = directory.resolve(records.size() + ".db");
        try (EtcdDatabaseWriter writer = EtcdDatabaseWriter.create(path, 0)) {
            List<Change> changes =
                    new ArrayList<>(records.stream().map(HashKvTest::decode).toList());
            changes.sort(Comparator.comparingLong(Change::main));
            changes.forEach(change -> writer.append(change, Liveness.SUPERSEDED));
            writer.finish(FileContents.of(List.of()));
        }
        return EtcdDatabase.open(path);
    }

    private static Change decode(String record) {
        String[] parts = record.split(" ", -1);
        byte[] bytes = HexFormat.of().parseHex(parts[0] + parts[1]);
        int keySize = parts[0].length() / 2;
        return KeyRecords.decode(bytes, 0, keySize, keySize, bytes.length - keySize, 0, 0);
    }

    private static String encode(Change change) {
        int keySize = KeyRecords.keySize(change.isTombstone());
        byte[] bytes = new byte[keySize + KeyRecords.valueSize(change)];
        KeyRecords.putKey(bytes, 0, change.main(), change.sub(), change.isTombstone());
        assertThat(KeyRecords.putValue(bytes, keySize, change)).isEqualTo(bytes.length);
        HexFormat hex = HexFormat.of();
        return hex.formatHex(bytes, 0, keySize) + " " + hex.formatHex(bytes, keySize, bytes.length);
    }
}
