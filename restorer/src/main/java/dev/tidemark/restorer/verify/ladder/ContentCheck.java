package dev.tidemark.restorer.verify.ladder;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.level.LeaseUnion;
import dev.tidemark.archive.segment.ContentDigest;
import dev.tidemark.archive.segment.LiveSets;
import dev.tidemark.archive.segment.LocalSegment;
import dev.tidemark.archive.segment.Segment;
import dev.tidemark.archive.segment.SegmentAudit;
import dev.tidemark.archive.segment.SurvivorDigest;
import dev.tidemark.archive.store.MissingObjectException;
import dev.tidemark.etcd.file.BucketEntry;
import dev.tidemark.etcd.file.LeaseRecords;
import dev.tidemark.restorer.Scratch;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.avro.IndexRun;
import dev.tidemark.schemas.avro.LiveSet;
import dev.tidemark.schemas.avro.ObjectRef;
import dev.tidemark.schemas.avro.SeenLease;
import dev.tidemark.schemas.avro.SegmentRef;
import dev.tidemark.schemas.avro.SideRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.roaringbitmap.BitSetUtil;
import org.roaringbitmap.PeekableIntIterator;
import org.roaringbitmap.RoaringBitmap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads everything once, to the local disk and from there: proves the bytes, decodes every record, and works out again
 * what manifests and indexes say of them. Holds the keys of one segment, and of one part of a fold.
 */
final class ContentCheck implements DataCheck {
    private static final Logger log = LoggerFactory.getLogger(ContentCheck.class);

    private final ClusterArchive archive;
    private final Path scratch;
    private final Proof proof;
    private final Tally tally;
    private final LongConsumer schemas;

    /**
     * @param schemas is told of the schema of every segment
     */
    ContentCheck(ClusterArchive archive, Path scratch, Proof proof, Tally tally, LongConsumer schemas) {
        this.archive = archive;
        this.scratch = scratch;
        this.proof = proof;
        this.tally = tally;
        this.schemas = schemas;
    }

    @Override
    public void check(Holding holding) {
        for (Part side : holding.sides()) {
            if (isNew(side) && proof.holds(side, holding.owner())) {
                checkSide(side);
            }
        }
        for (Part leases : holding.leases()) {
            isNew(leases);
            if (proof.holds(leases, holding.owner())) {
                checkLeases(leases);
            }
        }
        if (holding.content().isPresent()) {
            try (Scratch room = Scratch.in(scratch)) {
                new Records(holding, room.directory()).check();
            }
        }
    }

    private boolean isNew(Part part) {
        return tally.isNew(archive.root() + part.ref().getName());
    }

    private void checkSide(Part part) {
        ObjectRef ref = part.ref();
        String name = archive.root() + ref.getName();
        try {
            schemas.accept(archive.schemaOfContainer(ref));
            for (SideRecord lease : archive.readSide(ref).getOrDefault("lease", List.of())) {
                LeaseRecords.decode(new BucketEntry(bytes(lease.getKey()), bytes(lease.getValue())));
            }
        } catch (DamagedObjectException e) {
            tally.found(Tally.Fault.DAMAGED, name, Problems.of(e), part.exposed());
        } catch (IllegalArgumentException e) {
            tally.found(
                    Tally.Fault.DAMAGED,
                    name,
                    "holds a lease that cannot be decoded: " + e.getMessage(),
                    part.exposed());
        }
    }

    private void checkLeases(Part part) {
        try {
            schemas.accept(archive.schemaOfContainer(part.ref()));
            archive.readLeases(List.of(), part.ref());
        } catch (DamagedObjectException e) {
            tally.found(Tally.Fault.DAMAGED, archive.root() + part.ref().getName(), Problems.of(e), part.exposed());
        }
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] copy = new byte[buffer.remaining()];
        buffer.duplicate().get(copy);
        return copy;
    }

    /** The records of one manifest. */
    private final class Records {
        private final Holding holding;
        private final Holding.Content content;
        private final Path room;
        private final ContentDigest digest = new ContentDigest();
        private final RecordOrder order;
        /** The records that the manifest says survive, and all that it was merged from; only where it has index runs. */
        private final VersionSum survivors = new VersionSum();

        private final VersionSum merged = new VersionSum();
        private final RunCheck runs;
        private List<IndexRun> runCopies = List.of();
        /** Nothing is wrong so far; behind a segment that is, nothing can be said of what follows. */
        private boolean whole = true;

        Records(Holding holding, Path room) {
            this.holding = holding;
            this.content = holding.content().orElseThrow();
            this.room = room;
            this.order = new RecordOrder(content);
            this.runs = new RunCheck(archive, proof, tally, holding, room);
        }

        void check() {
            long records = holding.segments().stream()
                    .mapToLong(held -> held.member().getSegment().getRecords())
                    .sum();
            try (Fold fold = new Fold(room, records, holding.segments().size())) {
                for (int i = 0; i < holding.segments().size(); i++) {
                    whole &= read(i, holding.segments().get(i), fold);
                    whole &= liveObjectsHold(holding.segments().get(i));
                }
                if (whole) {
                    order.end();
                    if (holding.origin().isEmpty()) {
                        checkDerived(fold);
                    }
                }
            } catch (DamagedObjectException e) {
                ownerIsWrong(Problems.of(e));
                return;
            }
            checkRuns();
            if (whole) {
                holding.origin().ifPresent(this::checkMerge);
            }
        }

        private void checkRuns() {
            runCopies = runs.copies()
                    .filter(copies -> whole && !copies.isEmpty())
                    .filter(copies -> runs.holdsSurvivors(copies, survivors))
                    .orElse(List.of());
        }

        /** Of a checkpoint; of a base the newest versions are all that counts. */
        private void checkHistory(Holding.Origin from) {
            if (runCopies.isEmpty() || content.density() == Holding.Density.STATE) {
                return;
            }
            if (from.raw()) {
                runs.holdsAll(runCopies, merged);
            } else if (from.runs().size() == from.digests().size()) {
                runs.holdsAll(runCopies, from.runs());
            }
        }

        /** What it names survives, and that is what survives of the records that it was worked out from. */
        private void checkMerge(Supplier<Holding.Origin> origin) {
            Map<Segment, RoaringBitmap> named;
            try {
                named = named();
            } catch (DamagedObjectException e) {
                ownerIsWrong(Problems.of(e));
                return;
            }
            // of a state the digest is over what it names alone, whatever became of that from which it was worked out
            if (isState() && !namesIts(List.of(), named)) {
                return;
            }
            try {
                Holding.Origin from = origin.get();
                if (!isState() && !namesIts(from.digests(), named)) {
                    return;
                }
                String worked = digest(from.digests(), survivors(from.sources()));
                if (!worked.equals(content.digest())) {
                    ownerIsWrong("its content digest is " + content.digest()
                            + ", but what it was worked out from gives " + worked);
                    return;
                }
                checkLeases(from.leases());
                checkHistory(from);
            } catch (MissingObjectException | DamagedObjectException e) {
                // What it was worked out from is named where that is looked at; what it names itself holds.
                log.debug("{} cannot be worked out again: {}", holding.owner(), e.getMessage());
            }
        }

        private void checkLeases(Holding.Leases leases) {
            LeaseUnion union = new LeaseUnion();
            leases.from().forEach(named -> archive.readLeases(named.inlined(), named.file())
                    .forEach(union::add));
            List<SeenLease> expected = union.after(leases.after());
            List<SeenLease> found =
                    archive.readLeases(leases.own().inlined(), leases.own().file());
            if (!found.equals(expected)) {
                ownerIsWrong("names " + found.size() + " leases, but not as what it was worked out from names them: "
                        + expected.size());
            }
        }

        private boolean isState() {
            return content.density() == Holding.Density.STATE;
        }

        private void add(VersionSum sum, Change change) {
            if (!holding.runs().isEmpty()) {
                sum.add(change.key(), change.key().length, change.main(), change.sub(), change.isTombstone());
            }
        }

        private boolean namesIts(List<String> children, Map<Segment, RoaringBitmap> live) {
            String named = digest(children, live);
            if (!named.equals(content.digest())) {
                ownerIsWrong("its content digest is " + content.digest() + ", but what it names gives " + named);
                return false;
            }
            return true;
        }

        private String digest(List<String> children, Map<Segment, RoaringBitmap> live) {
            SurvivorDigest survivors = new SurvivorDigest();
            children.forEach(survivors::child);
            survivors.survivors(List.copyOf(live.keySet()), List.copyOf(live.values()));
            return survivors.finish(content.first(), content.last(), content.nextOffset());
        }

        private Map<Segment, RoaringBitmap> named() {
            Map<Segment, RoaringBitmap> live = new LinkedHashMap<>();
            for (Holding.Held held : holding.segments()) {
                RoaringBitmap set = read(held.member().getLive(), held.member().getSegment(), holding.owner());
                live.put(open(held.member().getSegment()), set);
            }
            return live;
        }

        /** By the records themselves, not by key indexes. */
        private Map<Segment, RoaringBitmap> survivors(List<Holding.Source> sources) {
            long records = sources.stream()
                    .mapToLong(source -> source.segment().getRecords())
                    .sum();
            List<Segment> segments =
                    sources.stream().map(source -> open(source.segment())).toList();
            Map<Segment, RoaringBitmap> live = new LinkedHashMap<>();
            try (Fold fold = new Fold(room, records, sources.size())) {
                for (int i = 0; i < sources.size(); i++) {
                    feed(i, segments.get(i), sources.get(i), fold);
                }
                List<BitSet> folded = fold.survivors(
                        content.last(),
                        content.density() == Holding.Density.STATE
                                ? Fold.Tombstones.OF_THE_LAST_REVISION
                                : Fold.Tombstones.KEPT);
                for (int i = 0; i < sources.size(); i++) {
                    live.put(segments.get(i), BitSetUtil.bitmapOf(folded.get(i)));
                }
            }
            return live;
        }

        private void feed(int number, Segment segment, Holding.Source source, Fold fold) {
            RoaringBitmap counting = source.live()
                    .map(set -> read(set, source.segment(), source.owner()))
                    .orElseGet(() -> RoaringBitmap.bitmapOfRange(0, segment.records()));
            PeekableIntIterator ordinals = counting.getIntIterator();
            segment.scan(counting, change -> {
                int ordinal = ordinals.next();
                if (change.main() > source.after()) {
                    fold.add(number, ordinal, change);
                    add(merged, change);
                }
            });
        }

        private RoaringBitmap read(LiveSet set, SegmentRef segment, String owner) {
            return LiveSets.read(set, segment, archive.store(), archive.root(), owner);
        }

        private Segment open(SegmentRef ref) {
            return Segment.open(archive.store(), archive.root(), ref);
        }

        private boolean liveObjectsHold(Holding.Held held) {
            boolean all = true;
            for (Part live : held.live()) {
                isNew(live);
                all &= proof.holds(live, holding.owner());
            }
            return all;
        }

        private boolean read(int number, Holding.Held held, Fold fold) {
            Path data = room.resolve("data");
            Path index = room.resolve("index");
            held.data().forEach(ContentCheck.this::isNew);
            boolean holds = proof.holds(held.data().get(0), holding.owner(), data);
            holds &= proof.holds(held.data().get(1), holding.owner(), index);
            try {
                return holds && audit(number, held, fold, data, index);
            } finally {
                delete(data);
                delete(index);
            }
        }

        private boolean audit(int number, Holding.Held held, Fold fold, Path data, Path index) {
            SegmentRef ref = held.member().getSegment();
            Segment segment = Segment.open(new LocalSegment(data, index, ref, new RoaringBitmap()));
            int[] ordinal = new int[1];
            if (!holding.runs().isEmpty() && !liveObjectsHold(held)) {
                return false;
            }
            try {
                RoaringBitmap live = holding.runs().isEmpty()
                        ? new RoaringBitmap()
                        : read(held.member().getLive(), ref, holding.owner());
                schemas.accept(SegmentAudit.run(segment, change -> {
                    if (whole) {
                        order.accept(change);
                    }
                    digest.record(change);
                    if (live.contains(ordinal[0]) && !(isState() && change.isTombstone())) {
                        add(survivors, change);
                    }
                    if (holding.origin().isEmpty()) {
                        fold.add(number, ordinal[0], change);
                    }
                    ordinal[0]++;
                }));
                return true;
            } catch (DamagedObjectException e) {
                Part wrong = held.data().get(e.object().equals(index.toString()) ? 1 : 0);
                boolean inFile =
                        e.object().equals(index.toString()) || e.object().equals(data.toString());
                if (inFile) {
                    tally.found(
                            Tally.Fault.DAMAGED,
                            archive.root() + wrong.ref().getName(),
                            Problems.of(e),
                            wrong.exposed());
                } else {
                    ownerIsWrong(Problems.of(e));
                }
                return false;
            }
        }

        /** Live sets, then the digest, which is over them too. */
        private void checkDerived(Fold fold) {
            List<SegmentRef> refs = holding.segments().stream()
                    .map(held -> held.member().getSegment())
                    .toList();
            boolean base = content.density() == Holding.Density.SINCE_COMPACTION;
            Fold.Tombstones kept = base ? Fold.Tombstones.OF_THE_LAST_REVISION : Fold.Tombstones.KEPT;
            List<LiveSet> live = holding.segments().stream()
                    .map(held -> held.member().getLive())
                    .toList();
            digest.live(refs, compare(live, fold.survivors(content.last(), kept), content.last()));
            if (base) {
                List<LiveSet> before = holding.segments().stream()
                        .map(held -> held.member().getLiveAtCompaction())
                        .takeWhile(set -> set != null)
                        .toList();
                digest.live(refs, compare(before, fold.survivors(content.first(), kept), content.first()));
            }
            String found = digest.finish(content.first(), content.last(), content.nextOffset());
            if (!found.equals(content.digest())) {
                ownerIsWrong("its content digest is " + content.digest() + ", but its records give " + found);
            }
        }

        private List<RoaringBitmap> compare(List<LiveSet> stored, List<BitSet> folded, long revision) {
            List<RoaringBitmap> found = new ArrayList<>();
            for (int i = 0; i < stored.size(); i++) {
                RoaringBitmap set =
                        read(stored.get(i), holding.segments().get(i).member().getSegment(), holding.owner());
                RoaringBitmap expected = BitSetUtil.bitmapOf(folded.get(i));
                if (!set.equals(expected)) {
                    throw new DamagedObjectException(
                            holding.owner(),
                            "its live set of segment " + i + " at revision " + revision + " has "
                                    + RoaringBitmap.andNot(set, expected).getCardinality()
                                    + " records that are not their key's state, and lacks "
                                    + RoaringBitmap.andNot(expected, set).getCardinality() + " that are");
                }
                found.add(set);
            }
            return found;
        }

        private void ownerIsWrong(String problem) {
            tally.found(Tally.Fault.DAMAGED, holding.owner(), problem, holding.ownerExposed());
        }

        private void delete(Path file) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
