package dev.tidemark.restorer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.archive.catalog.ArchiveLayout;
import dev.tidemark.archive.catalog.RunRecords;
import dev.tidemark.archive.store.ObjectInfo;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.etcd.file.EtcdDatabase;
import dev.tidemark.restorer.verify.Finding;
import dev.tidemark.restorer.verify.Verifier;
import dev.tidemark.restorer.verify.VerifyLevel;
import dev.tidemark.restorer.verify.VerifyProgress;
import dev.tidemark.restorer.verify.VerifyReport;
import dev.tidemark.restorer.verify.VerifyRequest;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.TidemarkException;
import dev.tidemark.schemas.avro.DrillRun;
import dev.tidemark.schemas.avro.SeenLease;
import dev.tidemark.schemas.avro.SideRecord;
import dev.tidemark.schemas.avro.TimeProof;
import dev.tidemark.schemas.topic.GenerationEnd;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.SchemaNormalization;

/**
 * Damages an archive of two generations, object by object, in every way that a store may; and holds verify and restore
 * against what was damaged and against a naive replay of the log.
 */
final class DamageLadder {
    /** The revision that no generation holds lies between the two. */
    private static final long FIRST_END = 70;

    private static final long SECOND_BASE = 100;
    private static final long LAST = 260;
    private static final Instant NOW = Instant.ofEpochMilli(SampleLog.capturedAt(100_000));
    private static final Set<String> DATA = Set.of("avro", "idx", "side.avro");

    /** What happens to an object. */
    enum Damage {
        TRUNCATED,
        FLIPPED,
        REMOVED,
        SWAPPED
    }

    /** Schemas that every writer leaves there, and with which nothing was written here: nobody misses them. */
    private static final Set<String> UNUSED = Stream.of(SeenLease.getClassSchema(), TimeProof.getClassSchema())
            .map(schema -> SampleArchive.CLUSTER + "/"
                    + ArchiveLayout.schema(SchemaNormalization.parsingFingerprint64(schema)))
            .collect(Collectors.toSet());

    private final ObjectStore store;
    private final Path directory;
    private final SampleArchive sample;
    private final List<Change> log = SampleLog.random(new Random(17), (int) LAST - 1, 14);
    private final Random random = new Random(19);
    private final Set<String> refused = new TreeSet<>();
    private int restores;

    DamageLadder(ObjectStore store, Path directory) {
        this.store = store;
        this.directory = directory;
        this.sample = new SampleArchive(store, directory, SampleArchive.SMALL);
        build(sample, "topic-id", log);
        List<Change> other = SampleLog.random(new Random(23), (int) LAST - 1, 11);
        build(new SampleArchive(store, "other", directory, SampleArchive.SMALL), "topic-of-another", other);
    }

    private void build(SampleArchive archive, String topic, List<Change> history) {
        archive.topicId(topic);
        archive.claim()
                .open(0, 40, null)
                .base(history, 20, 40, side(1))
                .checkpoint(history, FIRST_END, List.of())
                .open(1, SECOND_BASE, ended())
                .base(history, 90, SECOND_BASE, side(2));
        for (long last = SECOND_BASE + 12; last < 180; last += 12) {
            archive.checkpoint(history, last, List.of());
        }
        archive.side(150, side(3)).side(190, side(4));
        archive.base(history, 200, 210, side(5));
        for (long last = 190; last <= LAST; last += 14) {
            archive.checkpoint(history, last, List.of());
        }
        archive.archive().runs().recordDrill(DamageLadder::drill);
        archive.archive().runs().recordDrill(DamageLadder::drill);
        for (int i = 0; i < 2; i++) {
            new Verifier(archive.sources(NOW)).verify(new VerifyRequest(VerifyLevel.CONTENT, 1), VerifyProgress.NONE);
        }
    }

    private static GenerationEnd ended() {
        return new GenerationEnd(
                SampleArchive.generation(0),
                FIRST_END,
                GenerationEnd.Cause.COMPACTED,
                "compacted",
                FIRST_END + 1,
                SECOND_BASE - 11);
    }

    private static List<SideRecord> side(int user) {
        return List.of(new SideRecord(
                "authUsers", ByteBuffer.wrap(new byte[] {(byte) user}), ByteBuffer.wrap(new byte[user])));
    }

    private static DrillRun drill(long seq) {
        return new DrillRun(
                RunRecords.formatVersion(), seq, 1L, 1L, true, "g", 5L, 1L, -1L, -1L, 7L, 7L, "3.6.16", "", 0L);
    }

    /** Nothing is wrong with the archive as it was made, at any level. */
    void nothingIsFoundInAWholeArchive() {
        for (VerifyLevel level : List.of(VerifyLevel.MANIFEST, VerifyLevel.BYTES, VerifyLevel.CONTENT)) {
            VerifyReport report = verify(level);
            assertThat(report.findings()).as(level.text()).isEmpty();
            assertThat(report.ok()).isTrue();
            assertThat(report.objects().valid()).isEqualTo(report.objects().checked());
        }
        probes(Optional.empty())
                .forEach(revision -> assertThat(comesBack(revision, "none")).isTrue());
    }

    /**
     * Damages some objects of every kind in every way.
     *
     * @param each how many of a kind
     * @return what was done, one line
     */
    String damageAll(int each) {
        int cases = 0;
        Map<String, List<String>> kinds = kinds();
        assertThat(kinds.keySet())
                .containsExactlyInAnyOrder(
                        "header",
                        "base",
                        "checkpoint",
                        "side",
                        "avro",
                        "idx",
                        "side.avro",
                        "descriptor",
                        "schema",
                        "claim",
                        "verification",
                        "drill");
        for (Map.Entry<String, List<String>> kind : kinds.entrySet()) {
            for (String name : some(kind.getKey(), kind.getValue(), each)) {
                for (Damage damage : Damage.values()) {
                    damage(kind.getKey(), name, damage);
                    cases++;
                }
            }
        }
        assertThat(refused)
                .containsExactlyInAnyOrder("header", "base", "checkpoint", "side", "avro", "idx", "side.avro");
        return cases + " damages, " + restores + " restores, kinds that a restore refused: " + refused;
    }

    private void damage(String kind, String name, Damage damage) {
        byte[] good = store.get(name);
        store.delete(name);
        if (damage != Damage.REMOVED) {
            store.put(name, damaged(kind, name, damage, good));
        }
        String what = damage + " " + name;
        Optional<RevisionRange> range = Optional.empty();
        for (VerifyLevel level : List.of(VerifyLevel.MANIFEST, VerifyLevel.BYTES, VerifyLevel.CONTENT)) {
            VerifyReport report = verify(level);
            if (isSeen(kind, damage, level)) {
                assertThat(report.findings())
                        .as(what + ", " + level)
                        .extracting(Finding::object)
                        .containsExactly(name);
                assertThat(report.ok()).isFalse();
                assertThat(report.objects().missing() + report.objects().damaged())
                        .isEqualTo(1);
                range = report.findings().get(0).range();
            } else if (!mayBeSeen(kind, damage, level)) {
                assertThat(report.findings()).as(what + ", " + level).isEmpty();
            }
        }
        for (long revision : probes(range)) {
            boolean back = comesBack(revision, what);
            assertThat(back
                            || range.filter(endangered -> endangered.contains(revision))
                                    .isPresent())
                    .as("%s, restore of %d, endangered %s", what, revision, range)
                    .isTrue();
            if (!back) {
                refused.add(kind);
            }
        }
        store.delete(name);
        store.put(name, good);
    }

    /** What each level must see; a record of a run that is gone is no loss. */
    private static boolean isSeen(String kind, Damage damage, VerifyLevel level) {
        if (DATA.contains(kind)) {
            return level != VerifyLevel.MANIFEST || damage == Damage.TRUNCATED || damage == Damage.REMOVED;
        }
        if (kind.equals("schema") && damage == Damage.REMOVED) {
            return level == VerifyLevel.CONTENT;
        }
        boolean record = kind.equals("verification") || kind.equals("drill");
        return !(record && damage == Damage.REMOVED);
    }

    /** Another one's content may have another length; a schema is missed where something that it wrote is read. */
    private static boolean mayBeSeen(String kind, Damage damage, VerifyLevel level) {
        return (DATA.contains(kind) && damage == Damage.SWAPPED)
                || (kind.equals("schema") && level != VerifyLevel.CONTENT);
    }

    private byte[] damaged(String kind, String name, Damage damage, byte[] good) {
        return switch (damage) {
            case TRUNCATED -> Arrays.copyOf(good, random.nextInt(good.length));
            case FLIPPED -> {
                byte[] bytes = good.clone();
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                yield bytes;
            }
            case SWAPPED -> store.get(another(kind, name));
            case REMOVED -> throw new IllegalArgumentException("nothing is left");
        };
    }

    /** The object of the same kind that is nearest in this cluster; of another one where it is the only one. */
    private String another(String kind, String name) {
        byte[] own = store.list(name, "", 1).isEmpty() ? new byte[0] : store.get(name);
        List<String> others = new ArrayList<>();
        for (ObjectInfo info : store.list("", "", 10_000)) {
            if (kind(info.name()).equals(kind) && !info.name().equals(name)) {
                others.add(info.name());
            }
        }
        others.sort((one, two) -> Integer.compare(shared(two, name), shared(one, name)));
        return others.stream()
                .filter(other -> !Arrays.equals(store.get(other), own))
                .findFirst()
                .orElseThrow();
    }

    private static int shared(String one, String two) {
        int at = Arrays.mismatch(one.toCharArray(), two.toCharArray());
        return at < 0 ? one.length() : at;
    }

    private VerifyReport verify(VerifyLevel level) {
        Set<String> before = records();
        VerifyReport report =
                new Verifier(sample.sources(NOW)).verify(new VerifyRequest(level, 1), VerifyProgress.NONE);
        records().stream().filter(name -> !before.contains(name)).forEach(store::delete);
        return report;
    }

    private Set<String> records() {
        Set<String> names = new TreeSet<>();
        store.list(SampleArchive.CLUSTER + "/" + ArchiveLayout.verifications(), "", 1_000)
                .forEach(info -> names.add(info.name()));
        return names;
    }

    /** Whether a revision comes back as it was; it may be refused, but by name, and never come back otherwise. */
    private boolean comesBack(long revision, String what) {
        restores++;
        Path file = directory.resolve("restored.db");
        try {
            new Restorer(sample.sources(NOW))
                    .restore(
                            RestoreRequest.database(Target.revision(revision), Output.newFile(file))
                                    .withoutBump(),
                            RestoreProgress.NONE);
        } catch (TidemarkException e) {
            assertThat(e.failure()).as(what).isIn(Failure.VERIFICATION, Failure.UNREACHABLE_TARGET);
            if (e.failure() == Failure.VERIFICATION) {
                assertThat(what).as(e.getMessage()).contains(lastPart(e.getMessage(), what));
            }
            assertThat(file).doesNotExist();
            return false;
        }
        List<Change> records = new ArrayList<>();
        try (EtcdDatabase database = EtcdDatabase.open(file)) {
            database.forEachChange(0, 0, records::add);
        }
        delete(file);
        List<Change> expected = SampleLog.compactedAt(log, revision);
        assertThat(records).as("%s, records at %d", what, revision).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            assertThat(records.get(i).sameContent(expected.get(i)))
                    .as("%s, record %d at %d", what, i, revision)
                    .isTrue();
        }
        return true;
    }

    /** The damaged object's name as the message has it. */
    private static String lastPart(String message, String what) {
        String name = what.substring(what.indexOf(' ') + 1);
        assertThat(message).contains(name.substring(name.lastIndexOf('/') + 1));
        return name;
    }

    private static List<Long> probes(Optional<RevisionRange> range) {
        TreeSet<Long> probes = new TreeSet<>(List.of(20L, 40L, 55L, 90L, 101L, 149L, 189L, 205L, 246L));
        range.ifPresent(endangered -> {
            probes.addAll(
                    List.of(endangered.first() - 1, endangered.first(), endangered.last(), endangered.last() + 1));
        });
        probes.removeIf(revision -> revision < 20 || revision > 246 || (revision > FIRST_END && revision < 90));
        return List.copyOf(probes);
    }

    /** Newest, oldest, and from between. */
    private List<String> some(String kind, List<String> names, int each) {
        if (names.size() <= each || kind.equals("schema")) {
            return names;
        }
        Set<String> some = new TreeSet<>();
        some.add(names.get(0));
        while (some.size() < each) {
            some.add(some.size() == 1 ? names.get(names.size() - 1) : names.get(random.nextInt(names.size())));
        }
        return List.copyOf(some);
    }

    private Map<String, List<String>> kinds() {
        Map<String, List<String>> kinds = new LinkedHashMap<>();
        for (ObjectInfo info : store.list("", "", 10_000)) {
            boolean own = info.name().startsWith(SampleArchive.CLUSTER + "/")
                    || info.name().equals(ArchiveLayout.claim("topic-id", 0));
            if (own && !UNUSED.contains(info.name())) {
                kinds.computeIfAbsent(kind(info.name()), kind -> new ArrayList<>())
                        .add(info.name());
            }
        }
        // of the records of runs only the newest is looked at
        for (String record : List.of("verification", "drill")) {
            kinds.computeIfPresent(record, (kind, names) -> names.subList(0, 1));
        }
        return kinds;
    }

    private static String kind(String name) {
        String[] parts = name.split("/", -1);
        String last = parts[parts.length - 1];
        return switch (parts[0].equals("_claims") ? "claim" : parts[1]) {
            case "claim" -> "claim";
            case "g" -> "header";
            case "s" -> "schema";
            case "v" -> parts[2].equals("verify") ? "verification" : "drill";
            case "m" -> parts[3].equals("base") || parts[3].equals("side") ? parts[3] : "checkpoint";
            case "d" ->
                last.equals("base")
                        ? "descriptor"
                        : last.equals("side.avro") ? last : last.substring(last.indexOf('.') + 1);
            default -> name;
        };
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
