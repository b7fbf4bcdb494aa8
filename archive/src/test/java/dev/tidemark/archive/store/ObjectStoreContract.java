package dev.tidemark.archive.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.schemas.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every store promises; each form of it runs these same tests. */
abstract class ObjectStoreContract {
    private static final int RACERS = 16;
    private static final int RACED_NAMES = 50;

    @TempDir
    Path scratch;

    private ObjectStore store;

    /** A store with nothing in it, or in it below a prefix that nobody used. */
    abstract ObjectStore emptyStore() throws Exception;

    @BeforeEach
    void openStore() throws Exception {
        store = emptyStore();
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    @Test
    void givesBackWhatWasPut() {
        store.put("a/b/one", bytes("hello"));

        assertThat(store.get("a/b/one")).isEqualTo(bytes("hello"));
        assertThat(store.exists("a/b/one")).isTrue();
        assertThat(store.stat("a/b/one").orElseThrow().bytes()).isEqualTo(5);
    }

    @Test
    void givesBackAnEmptyObject() {
        store.put("empty", new byte[0]);

        assertThat(store.get("empty")).isEmpty();
        assertThat(store.stat("empty").orElseThrow().bytes()).isZero();
        assertThat(store.read("empty", 0, 0)).isEmpty();
    }

    @Test
    void givesBackAFileOfSeveralMegabytes() throws IOException {
        byte[] content = new byte[9 << 20];
        new Random(7).nextBytes(content);
        Path file = Files.write(scratch.resolve("file"), content);

        store.put("d/file", file);

        assertThat(store.get("d/file")).isEqualTo(content);
        try (InputStream in = store.open("d/file")) {
            assertThat(in.readAllBytes()).isEqualTo(content);
        }
        assertThat(store.read("d/file", (9 << 20) - 3, 3))
                .containsExactly(content[content.length - 3], content[content.length - 2], content[content.length - 1]);
    }

    @Test
    void readsRanges() {
        store.put("ranged", bytes("0123456789"));

        assertThat(store.read("ranged", 0, 10)).isEqualTo(bytes("0123456789"));
        assertThat(store.read("ranged", 3, 4)).isEqualTo(bytes("3456"));
        assertThat(store.read("ranged", 9, 1)).isEqualTo(bytes("9"));
    }

    @Test
    void refusesARangeBeyondTheEndAndNamesTheObject() {
        store.put("ranged", bytes("0123456789"));

        assertThatThrownBy(() -> store.read("ranged", 8, 3))
                .isInstanceOf(DamagedObjectException.class)
                .hasMessageContaining("ranged");
        assertThatThrownBy(() -> store.read("ranged", 100, 3))
                .isInstanceOf(DamagedObjectException.class)
                .hasMessageContaining("ranged");
    }

    @Test
    void putOfTheSameBytesMayBeRepeated() {
        store.put("again", bytes("same"));
        store.put("again", bytes("same"));

        assertThat(store.get("again")).isEqualTo(bytes("same"));
    }

    @Test
    void namesWhatIsMissing() {
        assertThatThrownBy(() -> store.get("no/such"))
                .isInstanceOfSatisfying(
                        MissingObjectException.class, e -> assertThat(e.name()).isEqualTo("no/such"));
        assertThatThrownBy(() -> store.read("no/such", 0, 1)).isInstanceOf(MissingObjectException.class);
        assertThatThrownBy(() -> store.open("no/such").close()).isInstanceOf(MissingObjectException.class);
        assertThat(store.stat("no/such")).isEmpty();
        assertThat(store.exists("no")).isFalse();
    }

    @Test
    void createsOnlyWhatIsAbsent() {
        assertThat(store.createIfAbsent("m/0", bytes("first"))).isEqualTo(CreateOutcome.CREATED);
        assertThat(store.createIfAbsent("m/0", bytes("second"))).isEqualTo(CreateOutcome.EXISTS);
        assertThat(store.createIfAbsent("m/0", bytes("first"))).isEqualTo(CreateOutcome.EXISTS);

        assertThat(store.get("m/0")).isEqualTo(bytes("first"));
    }

    @Test
    void refusesToCreateMoreThanOnePart() {
        assertThatThrownBy(() -> store.createIfAbsent("big", new byte[(5 << 20) + 1]))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(store.exists("big")).isFalse();
    }

    @Test
    void createsAFullPart() {
        byte[] content = new byte[ObjectStore.MAX_CREATE_BYTES];

        assertThat(store.createIfAbsent("big", content)).isEqualTo(CreateOutcome.CREATED);
        assertThat(store.createIfAbsent("big", content)).isEqualTo(CreateOutcome.EXISTS);
        assertThat(store.stat("big").orElseThrow().bytes()).isEqualTo(content.length);
    }

    @Test
    void ofSixteenRacersExactlyOneCreatesEachName() throws Exception {
        ExecutorService racers = Executors.newFixedThreadPool(RACERS);
        CyclicBarrier start = new CyclicBarrier(RACERS);
        try {
            List<Future<List<CreateOutcome>>> runs = new ArrayList<>();
            for (int racer = 0; racer < RACERS; racer++) {
                byte[] own = bytes("racer " + racer);
                runs.add(racers.submit(race(start, own)));
            }
            List<List<CreateOutcome>> outcomes = new ArrayList<>();
            for (Future<List<CreateOutcome>> run : runs) {
                outcomes.add(run.get());
            }
            for (int n = 0; n < RACED_NAMES; n++) {
                int name = n;
                List<Integer> winners = new ArrayList<>();
                for (int racer = 0; racer < RACERS; racer++) {
                    assertThat(outcomes.get(racer).get(name)).isNotEqualTo(CreateOutcome.UNKNOWN);
                    if (outcomes.get(racer).get(name) == CreateOutcome.CREATED) {
                        winners.add(racer);
                    }
                }
                assertThat(winners).as("winners of race/%d", name).hasSize(1);
                assertThat(store.get("race/" + name)).isEqualTo(bytes("racer " + winners.get(0)));
            }
        } finally {
            racers.shutdownNow();
        }
    }

    private Callable<List<CreateOutcome>> race(CyclicBarrier start, byte[] own) {
        return () -> {
            List<CreateOutcome> outcomes = new ArrayList<>();
            for (int n = 0; n < RACED_NAMES; n++) {
                start.await();
                outcomes.add(store.createIfAbsent("race/" + n, own));
            }
            return outcomes;
        };
    }

    @Test
    void listsByNameAscendingByBytes() {
        List<String> names = List.of("a-b", "a.b", "a/b", "a/b-c", "a/b/c", "a0", "aa", "b");
        for (String name : List.of("b", "aa", "a/b/c", "a0", "a-b", "a.b", "a/b-c")) {
            store.put(name, bytes(name));
        }

        // A name may not be the beginning of another's path in a file system, so a/b itself is left out.
        assertThat(names(store.list("", "", 100)))
                .containsExactlyElementsOf(
                        names.stream().filter(name -> !name.equals("a/b")).toList());
    }

    @Test
    void listsByPrefixAfterAName() {
        for (String name : List.of("g/1", "g/2", "g/3", "ga", "h/1")) {
            store.put(name, bytes(name));
        }

        assertThat(names(store.list("g/", "", 100))).containsExactly("g/1", "g/2", "g/3");
        assertThat(names(store.list("g/", "g/1", 100))).containsExactly("g/2", "g/3");
        assertThat(names(store.list("g/", "g/1", 1))).containsExactly("g/2");
        assertThat(names(store.list("g", "", 100))).containsExactly("g/1", "g/2", "g/3", "ga");
        assertThat(names(store.list("", "g/3", 100))).containsExactly("ga", "h/1");
        assertThat(names(store.list("g/", "h", 100))).isEmpty();
        assertThat(names(store.list("nothing/", "", 100))).isEmpty();
    }

    @Test
    void listsBeyondAPageOfTheStore() {
        List<String> names = new ArrayList<>();
        for (int n = 0; n < 1103; n++) {
            String name = String.format("page/%05d", n);
            names.add(name);
            store.put(name, bytes("x"));
        }

        assertThat(names(store.list("page/", "", 5000))).isEqualTo(names);
        assertThat(names(store.list("page/", "", 1050))).isEqualTo(names.subList(0, 1050));
        assertThat(names(store.list("page/", "page/00099", 1000))).isEqualTo(names.subList(100, 1100));
    }

    @Test
    void deletesAndDoesNotMindWhatIsGone() {
        store.put("x/1", bytes("1"));

        store.delete("x/1");
        store.delete("x/1");

        assertThat(store.exists("x/1")).isFalse();
        assertThat(store.list("x/", "", 10)).isEmpty();
    }

    @Test
    void refusesNamesThatOneOfTheStoresCouldNotHold() {
        for (String name :
                List.of("", "/a", "a/", "a//b", ".", "..", "a/../b", "a/.hidden", "ä", "a b", "a\\b", "a\0")) {
            assertThatThrownBy(() -> store.put(name, bytes("x")))
                    .as("name \"%s\"", name)
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> store.get(name)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void failsAfterItWasClosed() {
        store.close();

        assertThatThrownBy(() -> store.get("a")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> store.createIfAbsent("a", bytes("x"))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void missingObjectsAreAFailureOfVerification() {
        assertThatThrownBy(() -> store.get("no/such"))
                .isInstanceOfSatisfying(MissingObjectException.class, e -> assertThat(e.failure())
                        .isEqualTo(Failure.VERIFICATION));
    }

    static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    static List<String> names(List<ObjectInfo> found) {
        return found.stream().map(ObjectInfo::name).toList();
    }
}
