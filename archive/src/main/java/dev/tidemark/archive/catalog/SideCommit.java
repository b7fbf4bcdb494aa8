package dev.tidemark.archive.catalog;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.schemas.avro.ObjectRef;
import dev.tidemark.schemas.avro.SideManifest;
import dev.tidemark.schemas.avro.SideState;
import dev.tidemark.schemas.topic.TopicEvent;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Gives an uploaded side state its place among the generation's; one that has one keeps it. */
final class SideCommit {
    private static final Comparator<SideState> ORDER = Comparator.comparingLong(SideState::getRevision)
            .thenComparingLong(SideState::getAuthRevision)
            .thenComparingLong(SideState::getTakenAtMillis);

    private final ClusterObjects objects;
    private final ObjectReader reader;
    private final Settlement settlement;
    private final String generation;
    private final SideChain chain;

    SideCommit(ClusterObjects objects, ObjectReader reader, Settlement settlement, String generation, Floors floors) {
        this.objects = objects;
        this.reader = reader;
        this.settlement = settlement;
        this.generation = generation;
        this.chain = new SideChain(reader, generation, floors.first(ArchiveLayout.sideManifests(generation)));
    }

    SideManifest commit(TopicEvent.SideReady event) {
        SideState side = new SideState(
                event.revision(),
                event.authRevision(),
                event.takenAtMillis(),
                new ObjectRef(event.object(), event.bytes(), event.sha256()));
        while (true) {
            Optional<Stored<SideManifest>> head = chain.head();
            Optional<SideManifest> placed =
                    head.flatMap(newest -> chain.find(newest, side)).map(Stored::content);
            if (placed.isPresent()) {
                return placed.get();
            }
            if (head.isPresent() && isNewer(head.get().content().getSide(), side)) {
                // Told again long after it was passed over: nobody needs it, and the order would be lost.
                return head.get().content();
            }
            prove(event);
            SideManifest next = next(head, side);
            String name = ArchiveLayout.sideManifest(generation, next.getSeq());
            byte[] found = settlement.createAndRead(name, ObjectCodec.encode(ObjectKind.SIDE, next));
            SideManifest standing = reader.side(generation, name, found).content();
            if (standing.getSide().equals(side)) {
                return standing;
            }
            // Another one took the place, from a writer that is further in the same log: the next place, then.
        }
    }

    /** Of two of one revision users and roles tell, which change without one; then the time, if a clock can be trusted. */
    private static boolean isNewer(SideState one, SideState other) {
        return ORDER.compare(one, other) > 0;
    }

    /** That the object is of this generation, has the bytes that the topic says, and can be read. */
    private void prove(TopicEvent.SideReady event) {
        if (!event.generation().equals(generation) || !event.object().startsWith(ArchiveLayout.data(generation))) {
            throw new DamagedObjectException(
                    objects.full(event.object()),
                    "is a side state of generation " + event.generation() + ", not " + generation);
        }
        byte[] bytes = reader.proven(event.object(), event.sha256());
        if (bytes.length != event.bytes()) {
            throw new DamagedObjectException(
                    objects.full(event.object()),
                    "has " + bytes.length + " bytes, but the topic says " + event.bytes());
        }
        SideFile.read(objects.full(event.object()), bytes);
    }

    private SideManifest next(Optional<Stored<SideManifest>> head, SideState side) {
        return new SideManifest(
                ObjectCodec.FORMAT_VERSION,
                generation,
                head.map(newest -> newest.content().getSeq() + 1).orElse(0L),
                head.map(Stored::sha256).orElse(""),
                side,
                head.map(SideChain::recentAfter).orElse(List.of()));
    }
}
