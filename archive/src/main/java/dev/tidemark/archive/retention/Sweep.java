package dev.tidemark.archive.retention;

import dev.tidemark.archive.catalog.ArchiveLayout;
import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.catalog.CondemnedLists;
import dev.tidemark.archive.store.ObjectInfo;
import dev.tidemark.schemas.avro.CondemnedObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Lists what nothing names, and deletes what was listed long enough ago and is still named by nothing. Used once. */
final class Sweep {
    /** So many names and lengths fit into one object. */
    private static final int LISTED_TOGETHER = 20_000;

    /** Of what was decided the newest counts; the one before is proof that it is the newest. */
    private static final int DECISIONS_LEFT = 2;

    private final ClusterArchive archive;
    private final CondemnedLists lists;
    private final Census census;
    private final DataListing data;
    private final Set<String> left;
    private final Instant now;
    private final Duration grace;
    private final Effect effect;

    /** Whether anything is changed. */
    enum Effect {
        NONE,
        REAL
    }

    /** A list with what it holds. */
    private record Listed(ObjectInfo list, List<CondemnedObject> objects) {}

    /**
     * @param now the store's time
     * @param grace how long what is listed rests
     */
    Sweep(ClusterArchive archive, Census census, DataListing data, Instant now, Duration grace, Effect effect) {
        this.archive = archive;
        this.lists = archive.condemned();
        this.census = census;
        this.data = data;
        this.left = census.left().stream().map(CondemnedObject::getName).collect(Collectors.toSet());
        this.now = now;
        this.grace = grace;
        this.effect = effect;
    }

    /**
     * Does it.
     *
     * @param unnamed the data that nothing names
     * @param locks what became of the locks before
     */
    ExpiryReport run(List<CondemnedObject> unnamed, Locks locks) {
        List<Listed> before = listed();
        Set<String> known = new HashSet<>();
        before.forEach(list -> list.objects.forEach(object -> known.add(object.getName())));
        List<CondemnedObject> fresh = new ArrayList<>(census.left());
        fresh.addAll(unnamed);
        fresh.removeIf(object -> known.contains(object.getName()));
        write(fresh);
        Amount deleted = Amount.NONE;
        Amount waiting = Amount.NONE;
        Optional<Instant> next = fresh.isEmpty() ? Optional.empty() : Optional.of(now.plus(grace));
        for (Listed list : before) {
            Instant due = list.list.storedAt().plus(grace);
            if (due.isAfter(now)) {
                waiting = waiting.plus(Amount.of(list.objects));
                next = next.filter(earlier -> earlier.isBefore(due)).or(() -> Optional.of(due));
            } else {
                deleted = deleted.plus(delete(list));
            }
        }
        dropOldDecisions();
        return new ExpiryReport(locks, Amount.of(fresh), waiting, deleted, next);
    }

    /** A list that is damaged holds nothing, and is due by itself: what it held is found and listed again. */
    private List<Listed> listed() {
        return lists.all().stream()
                .map(list -> new Listed(list, lists.read(list).orElse(List.of())))
                .toList();
    }

    private void write(List<CondemnedObject> fresh) {
        for (int from = 0; effect == Effect.REAL && from < fresh.size(); from += LISTED_TOGETHER) {
            lists.write(List.copyOf(fresh.subList(from, Math.min(fresh.size(), from + LISTED_TOGETHER))));
        }
    }

    private Amount delete(Listed list) {
        List<CondemnedObject> gone = list.objects.stream().filter(this::mayGo).toList();
        if (effect == Effect.REAL) {
            gone.forEach(object -> archive.store().delete(archive.root() + object.getName()));
            archive.store().delete(list.list.name());
        }
        return Amount.of(gone);
    }

    /** Whether it still stands there, and still nothing names it. */
    private boolean mayGo(CondemnedObject object) {
        String name = object.getName();
        return name.startsWith(ArchiveLayout.manifests())
                ? left.contains(name)
                : data.holds(name) && !census.named().contains(name);
    }

    private void dropOldDecisions() {
        if (effect == Effect.REAL) {
            Census.list(archive, ArchiveLayout.retentions()).stream()
                    .skip(DECISIONS_LEFT)
                    .forEach(old -> archive.store().delete(old.name()));
        }
    }
}
