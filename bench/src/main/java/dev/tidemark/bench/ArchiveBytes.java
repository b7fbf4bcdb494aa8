package dev.tidemark.bench;

import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.catalog.GenerationCatalog;
import dev.tidemark.archive.store.ObjectInfo;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.Member;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What an archive's objects hold, by their names and by what manifests name; an object counts once, however many name it.
 * The archive has one generation.
 */
final class ArchiveBytes {
    private static final int PAGE = 1_000;

    private final List<ObjectInfo> objects = new ArrayList<>();
    private final Set<String> baseAttempts = new HashSet<>();
    private final Set<String> rawAttempts = new HashSet<>();
    private final String root;

    /** How many objects, and how long they are together. */
    record Size(long objects, long bytes) {}

    private ArchiveBytes(ObjectStore store) {
        ClusterArchive archive = new ClusterArchive(store, CaptureChild.CLUSTER);
        root = archive.root();
        String last = "";
        for (List<ObjectInfo> page = store.list(root, last, PAGE);
                !page.isEmpty();
                page = store.list(root, last, PAGE)) {
            objects.addAll(page);
            last = page.get(page.size() - 1).name();
        }
        GenerationCatalog generation = archive.catalog().newest().orElseThrow();
        for (BaseManifest base : generation.bases()) {
            baseAttempts.add(attempt(base.getBase().getSide().getName()));
        }
        for (CheckpointManifest checkpoint : generation.checkpoints(new RevisionRange(1, Long.MAX_VALUE))) {
            for (Member member : checkpoint.getMembers()) {
                rawAttempts.add(attempt(member.getSegment().getData().getName()));
            }
        }
    }

    static ArchiveBytes of(Path directory) {
        try (ObjectStore store = RestoreArchive.open(directory)) {
            return new ArchiveBytes(store);
        }
    }

    /** Whether hours were gathered and the base after one was made. */
    static boolean hasHour(Path directory) {
        try (ObjectStore store = RestoreArchive.open(directory)) {
            return new ClusterArchive(store, CaptureChild.CLUSTER)
                    .catalog()
                    .newest()
                    .flatMap(GenerationCatalog::syntheticHead)
                    .isPresent();
        }
    }

    /** The base that capture took: data, index, side state, descriptor, manifest. */
    Size base() {
        return sum(name -> isOf(baseAttempts, name) || name.matches("m/[^/]+/base/.*"));
    }

    /** The segments of level 0. */
    Size rawSegments() {
        return sum(name -> isOf(rawAttempts, name) && name.endsWith(".avro"));
    }

    /** Their indexes, and live sets that found no room in the manifests. */
    Size rawIndexes() {
        return sum(name -> isOf(rawAttempts, name) && !name.endsWith(".avro"));
    }

    /** The manifests of level 0. */
    Size rawManifests() {
        return sum(name -> name.matches("m/[^/]+/0/.*"));
    }

    /** What was worked out of them: manifests of levels and synthetic bases, and what these have written anew. */
    Size derived() {
        return sum(name -> name.matches("m/[^/]+/([1-9]|synthetic)/.*")
                || (name.startsWith("d/") && !isOf(rawAttempts, name) && !isOf(baseAttempts, name)));
    }

    /** Everything in the archive. */
    Size all() {
        return sum(name -> true);
    }

    private Size sum(Predicate<String> counts) {
        List<ObjectInfo> counted = objects.stream()
                .filter(object -> counts.test(object.name().substring(root.length())))
                .toList();
        return new Size(
                counted.size(), counted.stream().mapToLong(ObjectInfo::bytes).sum());
    }

    private static boolean isOf(Set<String> attempts, String name) {
        return name.startsWith("d/") && attempts.contains(attempt(name));
    }

    /** What stands before the last slash. */
    private static String attempt(String name) {
        return name.substring(0, name.lastIndexOf('/'));
    }
}
