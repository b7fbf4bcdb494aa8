package dev.tidemark.restorer.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.archive.catalog.ArchiveLayout;
import dev.tidemark.archive.store.ObjectInfo;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.etcd.file.EtcdDatabase;
import dev.tidemark.restorer.SampleArchive;
import dev.tidemark.restorer.SampleLog;
import dev.tidemark.restorer.output.Output;
import dev.tidemark.restorer.past.Past;
import dev.tidemark.restorer.restore.RestoreProgress;
import dev.tidemark.restorer.restore.RestoreRequest;
import dev.tidemark.restorer.restore.Restorer;
import dev.tidemark.restorer.targets.Target;
import dev.tidemark.restorer.verify.report.Finding;
import dev.tidemark.restorer.verify.report.VerifyLevel;
import dev.tidemark.restorer.verify.report.VerifyProgress;
import dev.tidemark.restorer.verify.report.VerifyReport;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.TidemarkException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Damages an archive, object by object, in every way that a store may; and holds verify and restore against what was
 * damaged and against a naive replay of the log.
 */
final class DamageLadder {
    private static final Set<String> DATA = Set.of("avro", "idx", "run", "side.avro", "leases.avro");

    /** Nobody misses these. */
    private static final Set<String> UNEXPECTED = Set.of("verification", "drill", "condemned", "former retention");

    /** What happens to an object. */
    enum Damage {
        TRUNCATED,
        FLIPPED,
        REMOVED,
        SWAPPED
    }

    private final ObjectStore store;
    private final Path directory;
    private final Subject subject;
    private final SampleArchive sample;
    private final Set<String> counting;
    private final Set<Long> restorable = new TreeSet<>();
    private final Random random = new Random(19);
    private final Set<String> refused = new TreeSet<>();
    private int restores;

    DamageLadder(ObjectStore store, Path directory, Subject subject) {
        this.store = store;
        this.directory = directory;
        this.subject = subject;
        this.sample = subject.sample();
        this.counting = CountingObjects.of(sample.archive());
        try (Past past = Past.open(sample.sources(subject.now()))) {
            for (long revision = 1; revision <= SampleLog.last(subject.log()); revision++) {
                if (Subject.holds(past, revision)) {
                    restorable.add(revision);
                }
            }
        }
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
        assertThat(kinds.keySet()).containsExactlyInAnyOrderElementsOf(subject.kinds());
        for (Map.Entry<String, List<String>> kind : kinds.entrySet()) {
            for (String name : some(kind.getKey(), kind.getValue(), each)) {
                for (Damage damage : Damage.values()) {
                    damage(kind.getKey(), name, damage);
                    cases++;
                }
            }
        }
        assertThat(refused).containsAll(subject.refused());
        return cases + " damages, " + restores + " restores, kinds that a restore refused: " + refused;
    }

    private void damage(String kind, String name, Damage damage) {
        byte[] good = store.get(name);
        store.delete(name);
        if (damage != Damage.REMOVED) {
            store.put(name, damaged(name, damage, good));
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
        return !(UNEXPECTED.contains(kind) && damage == Damage.REMOVED) && !isForeignList(kind, damage);
    }

    /** Another cluster's list of the same number holds nothing that is here, so nothing is deleted for it. */
    private static boolean isForeignList(String kind, Damage damage) {
        return kind.equals("condemned") && damage == Damage.SWAPPED;
    }

    /** Another one's content may have another length; a schema is missed where something that it wrote is read. */
    private static boolean mayBeSeen(String kind, Damage damage, VerifyLevel level) {
        return (DATA.contains(kind) && damage == Damage.SWAPPED)
                || isForeignList(kind, damage)
                || (kind.equals("schema") && level != VerifyLevel.CONTENT);
    }

    private byte[] damaged(String name, Damage damage, byte[] good) {
        return switch (damage) {
            case TRUNCATED -> Arrays.copyOf(good, random.nextInt(good.length));
            case FLIPPED -> {
                byte[] bytes = good.clone();
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                yield bytes;
            }
            case SWAPPED -> store.get(another(name));
            case REMOVED -> throw new IllegalArgumentException("nothing is left");
        };
    }

    /** The object of the same kind that is nearest in this cluster; of another one where it is the only one. */
    private String another(String name) {
        byte[] own = store.list(name, "", 1).isEmpty() ? new byte[0] : store.get(name);
        List<String> others = new ArrayList<>();
        for (ObjectInfo info : store.list("", "", 10_000)) {
            if (kind(info.name()).equals(kind(name)) && !info.name().equals(name)) {
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
                new Verifier(sample.sources(subject.now())).verify(new VerifyRequest(level, 1), VerifyProgress.NONE);
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
            new Restorer(sample.sources(subject.now()))
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
        List<Change> expected = SampleLog.compactedAt(subject.log(), revision);
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

    private List<Long> probes(Optional<RevisionRange> range) {
        TreeSet<Long> probes = new TreeSet<>(subject.probes());
        range.ifPresent(endangered -> {
            probes.addAll(
                    List.of(endangered.first() - 1, endangered.first(), endangered.last(), endangered.last() + 1));
        });
        probes.retainAll(restorable);
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
        Map<String, List<String>> kinds = new TreeMap<>();
        for (ObjectInfo info : store.list("", "", 10_000)) {
            boolean own = info.name().startsWith(SampleArchive.CLUSTER + "/")
                    || info.name().equals(ArchiveLayout.claim("topic-id", 0));
            // keys are a world of their own: without its key an object is as good as gone
            boolean key = info.name().startsWith(SampleArchive.CLUSTER + "/" + ArchiveLayout.keys());
            boolean counts = !key && (!info.name().matches(".*/[dm]/.*") || counting.contains(info.name()));
            if (own && counts && !subject.unused().contains(info.name())) {
                kinds.computeIfAbsent(kind(info.name()), kind -> new ArrayList<>())
                        .add(info.name());
            }
        }
        // the older decisions are proof that the newest is the newest, and are read by nobody
        List<String> decisions = kinds.getOrDefault("retention", List.of());
        if (!decisions.isEmpty()) {
            kinds.put("retention", decisions.subList(0, 1));
            kinds.put("former retention", decisions.subList(1, 2));
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
            case "m" ->
                switch (parts[3]) {
                    case "0" -> "checkpoint";
                    case "1", "2", "3" -> "level";
                    default -> parts[3];
                };
            case "r" -> "retention";
            case "x" -> "condemned";
            case "d" ->
                last.equals("base")
                        ? "descriptor"
                        : last.matches("(side|leases)\\.avro") ? last : last.substring(last.indexOf('.') + 1);
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
