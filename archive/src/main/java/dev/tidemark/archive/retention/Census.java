package dev.tidemark.archive.retention;

import dev.tidemark.archive.ArchiveException;
import dev.tidemark.archive.catalog.ArchiveLayout;
import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.catalog.Floors;
import dev.tidemark.archive.catalog.Manifests;
import dev.tidemark.archive.catalog.Stored;
import dev.tidemark.archive.store.ObjectInfo;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.CondemnedObject;
import dev.tidemark.schemas.avro.KeptBase;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/**
 * Reads every manifest of a cluster that counts, and so knows what data is named; what is not named is worked out from
 * this alone. It knows nothing rather than too little: a chain with a gap, or a manifest that is damaged, ends it.
 */
final class Census {
    /** A level is one digit in a name. */
    private static final int LEVELS = 10;

    private static final int BATCH = 1_000;
    private static final int READ_AT_ONCE = 256;

    /** The newest manifests of a chain stay whether or not they count: no number is ever given twice. */
    private static final int ALWAYS_LEFT = 2;

    private final ClusterArchive archive;
    private final Manifests manifests;
    private final Set<String> named = new HashSet<>();
    private final List<String> counting = new ArrayList<>();
    private final List<CondemnedObject> left = new ArrayList<>();

    private Census(ClusterArchive archive) {
        this.archive = archive;
        this.manifests = archive.manifests();
    }

    /** A generation and what counts of it. */
    record Subject(String generation, Floors floors) {}

    /**
     * Takes it.
     *
     * @throws ArchiveException of kind VERIFICATION if a manifest that counts is missing or damaged
     */
    static Census of(ClusterArchive archive, Collection<Subject> generations) {
        Census census = new Census(archive);
        generations.forEach(census::generation);
        return census;
    }

    /** The data objects that manifests name which count. */
    Set<String> named() {
        return named;
    }

    /** The manifests that count, and the newest of each chain. */
    List<String> counting() {
        return counting;
    }

    /** The manifests that stand there and do not count, with their lengths; but for the newest of each chain. */
    List<CondemnedObject> left() {
        return left;
    }

    private void generation(Subject subject) {
        String generation = subject.generation;
        chain(subject, ArchiveLayout.bases(generation), (name, bytes) -> {
            Stored<BaseManifest> base = manifests.base(generation, name, bytes);
            if (subject.floors.counts(ArchiveLayout.bases(generation), base.content())) {
                named.addAll(Names.of(base.content()));
            } else {
                // it is not read as a base any more, but the next synthetic one may name its side state
                named.add(base.content().getBase().getSide().getName());
            }
        });
        chain(
                subject,
                ArchiveLayout.syntheticBases(generation),
                (name, bytes) -> named.addAll(
                        Names.of(manifests.synthetic(generation, name, bytes).content())));
        chain(
                subject,
                ArchiveLayout.sideManifests(generation),
                (name, bytes) -> named.addAll(
                        Names.of(manifests.side(generation, name, bytes).content())));
        chain(subject, ArchiveLayout.timeProofs(generation), (name, bytes) -> {});
        for (int level = 0; level < LEVELS; level++) {
            int of = level;
            chain(
                    subject,
                    ArchiveLayout.checkpoints(generation, level),
                    (name, bytes) -> named.addAll(Names.of(
                            manifests.checkpoint(generation, of, name, bytes).content())));
        }
        subject.floors.kept().forEach(kept -> kept(generation, kept));
    }

    private void kept(String generation, KeptBase kept) {
        String name = ArchiveLayout.link(ArchiveLayout.chain(generation, kept.getChain()), kept.getSeq());
        byte[] bytes = manifests.get(name);
        counting.add(name);
        Stored<BaseManifest> base = manifests.kept(generation, kept, bytes);
        if (!base.sha256().equals(kept.getSha256())) {
            throw incomplete(name, "is not the base that is to be kept");
        }
        named.addAll(Names.of(base.content()));
    }

    /** What reads a manifest that counts. */
    private interface Reader {
        void read(String name, byte[] bytes);
    }

    private void chain(Subject subject, String chain, Reader reader) {
        Set<String> kept = new HashSet<>();
        subject.floors.kept().stream()
                .filter(base -> base.getChain().equals(ArchiveLayout.part(chain)))
                .forEach(base -> kept.add(ArchiveLayout.link(chain, base.getSeq())));
        long floor = subject.floors.first(chain);
        List<ObjectInfo> found = listedTwice(chain);
        List<String> these = new ArrayList<>();
        for (int i = 0; i < found.size(); i++) {
            String name = found.get(i).name().substring(archive.root().length());
            long seq = ArchiveLayout.sequence(name);
            if (seq >= floor) {
                requireDense(chain, seq, i == 0 ? seq + 1 : sequence(found.get(i - 1)));
                these.add(name);
            } else if (i < ALWAYS_LEFT) {
                counting.add(name);
            } else if (!kept.contains(name)) {
                left.add(new CondemnedObject(name, found.get(i).bytes()));
            }
        }
        requireFloor(chain, floor, found);
        read(these, reader);
        counting.addAll(these);
    }

    /** A listing has no checksum: what any of two tells of is there. Newest first. */
    private List<ObjectInfo> listedTwice(String chain) {
        TreeMap<String, ObjectInfo> all = new TreeMap<>();
        list(archive, chain).forEach(info -> all.put(info.name(), info));
        list(archive, chain).forEach(info -> all.put(info.name(), info));
        return List.copyOf(all.values());
    }

    private void read(List<String> names, Reader reader) {
        for (int from = 0; from < names.size(); from += READ_AT_ONCE) {
            List<String> some = names.subList(from, Math.min(names.size(), from + READ_AT_ONCE));
            List<byte[]> bytes = manifests.getAll(some);
            for (int i = 0; i < some.size(); i++) {
                reader.read(some.get(i), bytes.get(i));
            }
        }
    }

    private static void requireDense(String chain, long seq, long newer) {
        if (newer != seq + 1) {
            throw incomplete(ArchiveLayout.link(chain, seq + 1), "is missing");
        }
    }

    /** The chain is dense down to its floor. */
    private static void requireFloor(String chain, long floor, List<ObjectInfo> found) {
        if (found.isEmpty() && floor > 0 && floor < Long.MAX_VALUE) {
            throw incomplete(ArchiveLayout.link(chain, floor), "is missing, and so is all of its chain");
        }
        long lowest = found.stream()
                .mapToLong(Census::sequence)
                .filter(seq -> seq >= floor)
                .min()
                .orElse(floor);
        if (lowest > floor) {
            throw incomplete(ArchiveLayout.link(chain, lowest - 1), "is missing");
        }
    }

    private static long sequence(ObjectInfo info) {
        return ArchiveLayout.sequence(info.name());
    }

    /** All objects below a prefix, by name. */
    static List<ObjectInfo> list(ClusterArchive archive, String prefix) {
        List<ObjectInfo> all = new ArrayList<>();
        List<ObjectInfo> batch;
        do {
            String after = all.isEmpty() ? "" : all.get(all.size() - 1).name();
            batch = archive.store().list(archive.root() + prefix, after, BATCH);
            all.addAll(batch);
        } while (batch.size() == BATCH);
        return all;
    }

    private static ArchiveException incomplete(String name, String problem) {
        return new ArchiveException(
                Failure.VERIFICATION,
                name + " " + problem + ": nothing is deleted while that is so",
                "tidemark verify says what else is wrong, and which revisions need it");
    }
}
