package dev.tidemark.archive.retention;

import dev.tidemark.archive.catalog.ArchiveLayout;
import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.store.ObjectInfo;
import dev.tidemark.schemas.avro.CondemnedObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The data objects of a cluster that stand in the store. */
final class DataListing {
    private final ClusterArchive archive;
    private final Map<String, ObjectInfo> byName = new HashMap<>();
    /** When the newest object of an attempt was stored, by what the names of its objects begin with. */
    private final Map<String, Instant> attempts = new HashMap<>();

    DataListing(ClusterArchive archive) {
        this.archive = archive;
    }

    /** Adds those of a generation. */
    void add(String generation) {
        for (ObjectInfo info : Census.list(archive, ArchiveLayout.data(generation))) {
            String name = info.name().substring(archive.root().length());
            byName.put(name, info);
            attempts.merge(attempt(name), info.storedAt(), (one, other) -> one.isAfter(other) ? one : other);
        }
    }

    boolean holds(String name) {
        return byName.containsKey(name);
    }

    /** Those of a generation that are not named, and whose attempt has rested for a while before a time. */
    List<CondemnedObject> unnamed(String generation, Set<String> named, Duration rest, Instant before) {
        List<CondemnedObject> unnamed = new ArrayList<>();
        byName.forEach((name, info) -> {
            boolean rested = attempts.get(attempt(name)).plus(rest).isBefore(before);
            if (name.startsWith(ArchiveLayout.data(generation)) && rested && !named.contains(name)) {
                unnamed.add(new CondemnedObject(name, info.bytes()));
            }
        });
        return unnamed;
    }

    private static String attempt(String name) {
        return name.substring(0, name.lastIndexOf('/'));
    }
}
