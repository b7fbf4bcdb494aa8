package dev.tidemark.archive.seal;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.archive.store.ObjectInfo;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.schemas.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys: who has the right one reads everything, who has not is told which one is needed. */
class KeyRingTest {
    private static final Instant MORNING = Instant.parse("2026-12-01T08:00:00Z");
    private static final byte[] TEXT = "what was sealed".getBytes(US_ASCII);

    @TempDir
    Path directory;

    @TempDir
    Path files;

    private ChangingStore raw;
    private Instant now = MORNING;

    @BeforeEach
    void open() {
        raw = new ChangingStore(directory);
    }

    private Path key(String name) {
        Path file = files.resolve(name);
        if (!Files.exists(file)) {
            SealingKey.create(file, new SecureRandom());
        }
        return file;
    }

    private String id(String name) {
        return SealingKey.read(key(name)).id();
    }

    private Sealing with(String... names) {
        return Sealing.of(Stream.of(names).map(this::key).toList(), Sealing.Clear.REFUSE);
    }

    private ObjectStore store(String... names) {
        return with(names).over(raw.store(), () -> now);
    }

    private KeyRing ring(String... names) {
        return new KeyRing(raw.store(), "prod/", with(names), () -> now, new SecureRandom());
    }

    private List<String> wraps() {
        return raw.store().list("prod/k/", "", 100).stream()
                .map(ObjectInfo::name)
                .toList();
    }

    @Test
    void oneDataKeyADayIsMadeByWhoeverSealsFirstAndUsedByAll() {
        store("one").put("prod/m/0", TEXT);
        store("one").put("prod/m/1", TEXT);
        assertThat(wraps()).singleElement().asString().matches("prod/k/20261201-[0-9a-f]{16}\\." + id("one"));

        now = MORNING.plusSeconds(86_400);
        ObjectStore next = store("one");
        next.put("prod/m/2", TEXT);
        assertThat(wraps()).hasSize(2);
        assertThat(next.get("prod/m/0")).isEqualTo(TEXT);
        assertThat(next.get("prod/m/2")).isEqualTo(TEXT);
    }

    @Test
    void aServiceThatRunsOverMidnightTakesTheNewDaysKey() {
        ObjectStore store = store("one");
        store.put("prod/m/0", TEXT);
        now = MORNING.plusSeconds(86_400);
        store.put("prod/m/1", TEXT);

        assertThat(wraps()).hasSize(2);
    }

    @Test
    void theWrongKeyIsNamedAndSoIsTheRightOne() {
        store("right").put("prod/m/0", TEXT);

        assertThatThrownBy(() -> store("wrong").get("prod/m/0")).isInstanceOfSatisfying(SealingException.class, e -> {
            assertThat(e.failure()).isEqualTo(Failure.USAGE);
            assertThat(e).hasMessageContaining(id("right")).hasMessageContaining(id("wrong"));
        });
    }

    @Test
    void whoHasNoKeyNeitherReadsNorWritesASealedArchiveAndIsToldWhichKeyItNeeds() {
        store("right").put("prod/m/0", TEXT);

        assertThatThrownBy(() -> store().get("prod/m/0"))
                .isInstanceOf(SealingException.class)
                .hasMessageContaining(id("right"))
                .hasMessageContaining("none is set");
        assertThatThrownBy(() -> store().open("prod/m/0").close()).isInstanceOf(SealingException.class);
        assertThatThrownBy(() -> store().put("prod/m/1", TEXT))
                .isInstanceOf(SealingException.class)
                .hasMessageContaining(id("right"));
        assertThatThrownBy(() -> with().overToWrite(raw.store(), List.of("prod/"), () -> now))
                .isInstanceOf(SealingException.class);
        assertThat(raw.store().exists("prod/m/1")).isFalse();
        store().put("other/m/0", TEXT);
        assertThat(raw.store().get("other/m/0")).isEqualTo(TEXT);
    }

    @Test
    void rotationAddsWrapsAndTouchesNoData() {
        store("old").put("prod/m/0", TEXT);
        byte[] before = raw.resting("prod/m/0");

        assertThat(ring("new", "old").rewrap(KeyRing.Effect.REAL)).isEqualTo(1);
        assertThat(ring("new", "old").rewrap(KeyRing.Effect.REAL)).isZero();

        assertThat(raw.resting("prod/m/0")).isEqualTo(before);
        assertThat(store("new").get("prod/m/0")).isEqualTo(TEXT);
        assertThat(store("old").get("prod/m/0")).isEqualTo(TEXT);
        assertThat(ring("new").drop(id("old"), KeyRing.Effect.REAL)).isEqualTo(1);
        assertThat(store("new").get("prod/m/0")).isEqualTo(TEXT);
        assertThatThrownBy(() -> store("old").get("prod/m/0"))
                .isInstanceOf(SealingException.class)
                .hasMessageContaining(id("new"));
    }

    @Test
    void whoIsTheFirstToKnowTheNewKeyLocksNobodyOut() {
        store("old").put("prod/m/0", TEXT);
        ObjectStore late = store("old");
        store("new", "old").put("prod/m/1", TEXT);
        now = MORNING.plusSeconds(86_400);
        store("new", "old").put("prod/m/2", TEXT);

        for (String name : List.of("prod/m/0", "prod/m/1", "prod/m/2")) {
            assertThat(late.get(name)).isEqualTo(TEXT);
            assertThat(store("old").get(name)).isEqualTo(TEXT);
            assertThat(store("new").get(name)).isEqualTo(TEXT);
        }
    }

    @Test
    void whoComesWithOtherKeysThanTheArchivesIsRefusedBeforeAnythingIsWritten() {
        store("right").put("prod/m/0", TEXT);
        List<String> before = wraps();
        Sealing wrong = with("wrong");

        assertThatThrownBy(() -> wrong.overToWrite(raw.store(), List.of("prod/"), () -> now))
                .isInstanceOf(SealingException.class)
                .hasMessageContaining(id("right"))
                .hasMessageContaining(id("wrong"));
        now = MORNING.plusSeconds(86_400);
        assertThatThrownBy(() -> store("wrong").put("prod/m/1", TEXT)).isInstanceOf(SealingException.class);
        assertThat(wraps()).isEqualTo(before);
        assertThat(raw.store().exists("prod/m/1")).isFalse();
    }

    @Test
    void aServiceThatWasForgottenInARotationStopsRatherThanSealForTheOldKey() {
        store("old").put("prod/m/0", TEXT);
        ring("new", "old").rewrap(KeyRing.Effect.REAL);
        ring("new", "old").drop(id("old"), KeyRing.Effect.REAL);
        now = MORNING.plusSeconds(86_400);

        assertThatThrownBy(() -> store("old").put("prod/m/1", TEXT)).isInstanceOf(SealingException.class);
        store("new").put("prod/m/1", TEXT);
        assertThat(store("new").get("prod/m/0")).isEqualTo(TEXT);
    }

    @Test
    void twoThatBeginAtOnceMakeAKeyEachAndReadEachOthers() {
        ObjectStore one = store("one");
        ObjectStore two = store("one");
        // both have found none before the other's was there
        List<ObjectInfo> none = raw.store().list("prod/k/", "", 10);
        assertThat(none).isEmpty();
        one.put("prod/m/0", TEXT);
        String first = wraps().get(0);
        byte[] kept = raw.resting(first);
        raw.store().delete(first);
        two.put("prod/m/1", TEXT);
        raw.put(first, kept);

        assertThat(one.get("prod/m/1")).isEqualTo(TEXT);
        assertThat(two.get("prod/m/0")).isEqualTo(TEXT);
        assertThat(wraps()).hasSize(2);
    }

    @Test
    void aKeyThatIsNeededOrUnknownIsNotDropped() {
        store("old").put("prod/m/0", TEXT);

        assertThatThrownBy(() -> ring("new").drop(id("old"), KeyRing.Effect.REAL))
                .isInstanceOfSatisfying(SealingException.class, e -> {
                    assertThat(e.failure()).isEqualTo(Failure.REFUSED);
                    assertThat(e).hasMessageContaining("would be lost");
                });
        assertThatThrownBy(() -> ring("old").drop(id("old"), KeyRing.Effect.REAL))
                .isInstanceOfSatisfying(
                        SealingException.class, e -> assertThat(e.failure()).isEqualTo(Failure.REFUSED));
        assertThatThrownBy(() -> ring("old").drop("0123456789abcdef", KeyRing.Effect.REAL))
                .isInstanceOfSatisfying(
                        SealingException.class, e -> assertThat(e.failure()).isEqualTo(Failure.USAGE));
        assertThat(wraps()).hasSize(1);
        assertThatThrownBy(() -> ring("new").rewrap(KeyRing.Effect.REAL)).isInstanceOf(SealingException.class);
    }

    @Test
    void aRehearsalCountsWrapsAndChangesNone() {
        store("old").put("prod/m/0", TEXT);
        List<String> before = wraps();

        assertThat(ring("new", "old").rewrap(KeyRing.Effect.NONE)).isEqualTo(1);
        assertThat(wraps()).isEqualTo(before);
        ring("new", "old").rewrap(KeyRing.Effect.REAL);
        List<String> both = wraps();
        assertThat(ring("new").drop(id("old"), KeyRing.Effect.NONE)).isEqualTo(1);
        assertThat(wraps()).isEqualTo(both).hasSize(2);
        assertThatThrownBy(() -> ring("old").drop(id("old"), KeyRing.Effect.NONE))
                .isInstanceOfSatisfying(
                        SealingException.class, e -> assertThat(e.failure()).isEqualTo(Failure.REFUSED));
    }

    @Test
    void aDamagedWrapIsWrittenAnewWhileAnotherKeyOpensItsDataKey() {
        store("old").put("prod/m/0", TEXT);
        String wrap = wraps().get(0);
        ring("new", "old").rewrap(KeyRing.Effect.REAL);
        damage(wrap);

        assertThat(ring("old", "new").rewrap(KeyRing.Effect.REAL)).isEqualTo(1);
        assertThat(store("old").get("prod/m/0")).isEqualTo(TEXT);
        assertThat(store("old", "new").damagedKeys("prod/")).isEmpty();
    }

    private void damage(String wrap) {
        byte[] damaged = raw.resting(wrap);
        damaged[20] ^= 1;
        raw.rest(wrap, damaged);
    }

    @Test
    void aDamagedWrapIsNamedAndAnotherOneServes() {
        store("old").put("prod/m/0", TEXT);
        String wrap = wraps().get(0);
        ring("new", "old").rewrap(KeyRing.Effect.REAL);
        damage(wrap);

        assertThat(store("old", "new").get("prod/m/0")).isEqualTo(TEXT);
        assertThat(store("old", "new").damagedKeys("prod/")).containsOnlyKeys(wrap);
        assertThatThrownBy(() -> store("old").get("prod/m/0"))
                .isInstanceOf(DamagedObjectException.class)
                .hasMessageContaining(wrap);
        store("old").put("prod/m/1", TEXT);
        assertThat(store("old").get("prod/m/1")).isEqualTo(TEXT);
    }

    @Test
    void aDataKeyThatIsGoneIsNamedByWhatNeedsIt() {
        store("one").put("prod/m/0", TEXT);
        raw.store().delete(wraps().get(0));

        assertThatThrownBy(() -> store("one").get("prod/m/0"))
                .isInstanceOf(DamagedObjectException.class)
                .hasMessageContaining("prod/m/0")
                .hasMessageContaining("nothing is left below prod/k/");
    }

    @Test
    void aWrapUnderAnotherNameDoesNotOpen() {
        store("one").put("prod/m/0", TEXT);
        store("one").put("test/m/0", TEXT);
        String wrap = wraps().get(0);
        String other = raw.store().list("test/k/", "", 1).get(0).name();
        raw.rest(wrap, raw.resting(other));

        assertThatThrownBy(() -> store("one").get("prod/m/0")).isInstanceOf(DamagedObjectException.class);
    }

    @Test
    void aKeyFileIsReadableForItsOwnerAloneAndNeverOverwritten() throws IOException {
        Path file = key("one");
        byte[] before = Files.readAllBytes(file);

        assertThat(Files.getPosixFilePermissions(file)).hasSize(2);
        assertThatThrownBy(() -> SealingKey.create(file, new SecureRandom()))
                .isInstanceOfSatisfying(
                        SealingException.class, e -> assertThat(e.failure()).isEqualTo(Failure.REFUSED));
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
        assertThat(new String(before, US_ASCII)).hasSize(45).endsWith("=\n");
    }

    @Test
    void aFileThatHoldsNoKeyIsNamedAndNothingOfItIsShown() throws IOException {
        Path file = Files.writeString(files.resolve("wrong"), "c2VjcmV0");

        assertThatThrownBy(() -> SealingKey.read(file))
                .isInstanceOf(SealingException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("6 bytes")
                .hasMessageNotContaining("c2VjcmV0");
        assertThatThrownBy(() -> SealingKey.read(files.resolve("none"))).isInstanceOf(SealingException.class);
        assertThatThrownBy(() -> with("one", "one")).isInstanceOf(SealingException.class);
        assertThat(SealingKey.read(key("one")).toString()).isEqualTo("key " + id("one"));
        assertThat(Arrays.asList(id("one"), id("two"))).doesNotHaveDuplicates();
    }
}
