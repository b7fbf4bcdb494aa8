package dev.tidemark.archive.catalog;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.archive.store.ObjectInfo;
import dev.tidemark.schemas.avro.BaseDescriptor;
import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.ManifestRow;
import dev.tidemark.schemas.avro.Member;
import dev.tidemark.schemas.avro.ObjectRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Gives an uploaded base its place among the generation's bases; a base that has one keeps it. */
final class BaseCommit {
    private static final int CONCURRENT_LOOKS = 8;

    private final ClusterObjects objects;
    private final ObjectReader reader;
    private final Settlement settlement;
    private final String generation;

    BaseCommit(ClusterObjects objects, ObjectReader reader, Settlement settlement, String generation) {
        this.objects = objects;
        this.reader = reader;
        this.settlement = settlement;
        this.generation = generation;
    }

    BaseManifest commit(BaseDescriptor base) {
        while (true) {
            Optional<Stored<BaseManifest>> head = reader.newestBase(generation);
            Optional<BaseManifest> placed = head.flatMap(newest -> find(newest, base));
            if (placed.isPresent()) {
                return placed.get();
            }
            requireData(base);
            BaseManifest next = next(head, base);
            String name = ArchiveLayout.base(generation, next.getSeq());
            byte[] found = settlement.createAndRead(name, ObjectCodec.encode(ObjectKind.BASE, next));
            BaseManifest standing = reader.base(generation, name, found).content();
            if (standing.getBase().equals(base)) {
                return standing;
            }
            // Another base took the place, from a writer that is further in the same log: the next place, then.
        }
    }

    /**
     * A base whose data is not all there brings nothing back, and one that has its place keeps it for good.
     *
     * @throws DamagedObjectException if an object that it names is missing, or has another length
     */
    void requireData(BaseDescriptor base) {
        List<ObjectRef> all = new ArrayList<>(List.of(base.getSide()));
        for (Member member : base.getMembers()) {
            all.add(member.getSegment().getData());
            all.add(member.getSegment().getIndex());
            Stream.of(member.getLive(), member.getLiveAtCompaction())
                    .filter(live -> live != null && live.getObject() != null)
                    .forEach(live -> all.add(live.getObject()));
        }
        Concurrent.map(all, CONCURRENT_LOOKS, this::problem).stream()
                .flatMap(Optional::stream)
                .findFirst()
                .ifPresent(problem -> {
                    throw problem;
                });
    }

    private Optional<DamagedObjectException> problem(ObjectRef object) {
        String name = objects.full(object.getName());
        // A base that is refused is not asked for again: one answer may be the way's.
        Optional<Long> found =
                look(name).filter(bytes -> bytes == object.getBytes()).or(() -> look(name));
        if (found.isEmpty()) {
            return Optional.of(new DamagedObjectException(name, "is named by a base, but missing"));
        }
        return found.filter(bytes -> bytes != object.getBytes())
                .map(bytes -> new DamagedObjectException(
                        name, "has " + bytes + " bytes, but the base that names it says " + object.getBytes()));
    }

    private Optional<Long> look(String name) {
        return objects.store().stat(name).map(ObjectInfo::bytes);
    }

    private Optional<BaseManifest> find(Stored<BaseManifest> newest, BaseDescriptor base) {
        if (newest.content().getBase().equals(base)) {
            return Optional.of(newest.content());
        }
        return newest.content().getRecent().stream()
                .filter(row -> row.getLast() == base.getRevision())
                .map(row ->
                        reader.base(generation, row.getSeq(), row.getSha256()).content())
                .filter(manifest -> manifest.getBase().equals(base))
                .findFirst();
    }

    private static BaseManifest next(Optional<Stored<BaseManifest>> head, BaseDescriptor base) {
        if (head.isEmpty()) {
            return manifest(0, "", base, List.of());
        }
        Stored<BaseManifest> previous = head.get();
        List<ManifestRow> rows = new ArrayList<>(previous.content().getRecent());
        rows.add(CatalogPages.baseRow(previous));
        return manifest(previous.content().getSeq() + 1, previous.sha256(), base, rows);
    }

    private static BaseManifest manifest(long seq, String previousSha256, BaseDescriptor base, List<ManifestRow> rows) {
        return new BaseManifest(ObjectCodec.FORMAT_VERSION, seq, previousSha256, base, rows, List.of(), null);
    }
}
