package dev.tidemark.restorer.verify.ladder;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.archive.catalog.ArchiveLayout;
import dev.tidemark.archive.catalog.Floors;
import dev.tidemark.archive.catalog.Manifests;
import dev.tidemark.archive.catalog.Stored;
import dev.tidemark.archive.store.MissingObjectException;
import dev.tidemark.schemas.avro.BaseDescriptor;
import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.IndexRun;
import dev.tidemark.schemas.avro.ManifestRow;
import dev.tidemark.schemas.avro.Member;
import dev.tidemark.schemas.avro.Merge;
import dev.tidemark.schemas.avro.SegmentRef;
import dev.tidemark.schemas.avro.Synthesis;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What the merged manifests of one generation stand on. Of each manifest below it remembers eight bytes, so that what a
 * merge says of its children is held against what they are. Told and asked by the walk's thread, but for origins.
 */
final class Descent {
    /** Synthetic bases stand on checkpoints of this level. */
    private static final int HOUR = 2;

    /** More snapshots than a generation has. */
    private static final int SNAPSHOTS = 10_000;

    private final ChainWalk.Tools tools;
    private final String generation;
    private final Floors floors;
    private final Map<Integer, long[]> seen = new HashMap<>();
    private final Map<Long, String> snapshots = new HashMap<>();

    Descent(ChainWalk.Tools tools, String generation, Floors floors) {
        this.tools = tools;
        this.generation = generation;
        this.floors = floors;
    }

    /** A proven checkpoint. */
    void saw(int level, Link link) {
        int seq = Math.toIntExact(link.seq());
        long[] known = seen.getOrDefault(level, new long[0]);
        if (known.length <= seq) {
            known = Arrays.copyOf(known, seq + 1);
            seen.put(level, known);
        }
        known[seq] = mark(link.sha256(), link.first(), link.last());
    }

    /** A proven base of a snapshot. */
    void base(BaseDescriptor base) {
        snapshots.put(base.getRevision(), base.getContentDigest());
    }

    /** Never 0, which is unknown. */
    private static long mark(String sha256, long first, long last) {
        return (Long.parseUnsignedLong(sha256.substring(0, 16), 16) ^ Objects.hash(first, last)) | 1;
    }

    /** What is wrong with what a merged checkpoint says. */
    Optional<String> breach(CheckpointManifest merged) {
        List<ManifestRow> children = merged.getMerge().getChildren();
        Optional<String> range = dense(children)
                .or(() -> children.get(0).getFirst() == merged.getFirst()
                                && newest(children).getLast() == merged.getLast()
                        ? Optional.empty()
                        : Optional.of("covers " + merged.getFirst() + ".." + merged.getLast() + ", but its children "
                                + children.get(0).getFirst() + ".."
                                + newest(children).getLast()));
        return range.or(() -> ranges(merged.getMembers(), merged.getFirst(), merged.getLast()))
                .or(() -> differing(merged.getLevel() - 1, children));
    }

    /** What is wrong with what a synthetic base says. */
    Optional<String> breach(BaseManifest manifest) {
        BaseDescriptor base = manifest.getBase();
        Synthesis synthesis = manifest.getSynthesis();
        String former = snapshots.get(synthesis.getFormerRevision());
        if (manifest.getSeq() == 0 && former != null && !former.equals(synthesis.getFormerDigest())) {
            return Optional.of("was worked out from a base at revision " + synthesis.getFormerRevision()
                    + " of another content than the one that stands there");
        }
        if (base.getCompactRevision() != base.getRevision()
                || !synthesis.getSide().getObject().equals(base.getSide())
                || synthesis.getSide().getRevision() > base.getRevision()) {
            return Optional.of("is of revision " + base.getRevision() + ", but its history or side state is not");
        }
        Optional<String> hours = dense(synthesis.getHours())
                .or(() -> newest(synthesis.getHours()).getLast() == base.getRevision()
                        ? Optional.empty()
                        : Optional.of("is of revision " + base.getRevision() + ", but its last hour ends at "
                                + newest(synthesis.getHours()).getLast()));
        return hours.or(() -> ranges(base.getMembers(), 0, base.getRevision()))
                .or(() -> differing(HOUR, synthesis.getHours()));
    }

    private static ManifestRow newest(List<ManifestRow> rows) {
        return rows.get(rows.size() - 1);
    }

    private static Optional<String> dense(List<ManifestRow> rows) {
        if (rows.isEmpty()) {
            return Optional.of("was worked out from nothing");
        }
        for (int i = 1; i < rows.size(); i++) {
            if (rows.get(i).getSeq() != rows.get(i - 1).getSeq() + 1
                    || rows.get(i).getFirst() != rows.get(i - 1).getLast() + 1) {
                return Optional.of("its child " + rows.get(i).getSeq() + " does not follow the one before");
            }
        }
        return Optional.empty();
    }

    /** Segments rise, lie in the range, and the last one ends with it. */
    private static Optional<String> ranges(List<Member> members, long first, long last) {
        long at = first - 1;
        long sub = -1;
        for (Member member : members) {
            SegmentRef segment = member.getSegment();
            boolean rises =
                    segment.getFirstMain() > at || (segment.getFirstMain() == at && segment.getFirstSub() > sub);
            if (!rises) {
                return Optional.of("its segment " + segment.getData().getName() + " begins at " + segment.getFirstMain()
                        + ", before " + at);
            }
            at = segment.getLastMain();
            sub = segment.getLastSub();
        }
        return at == last ? Optional.empty() : Optional.of("its segments end at revision " + at + ", not " + last);
    }

    private Optional<String> differing(int level, List<ManifestRow> rows) {
        long[] known = seen.getOrDefault(level, new long[0]);
        long floor = floors.first(ArchiveLayout.checkpoints(generation, level));
        for (ManifestRow row : rows) {
            if (row.getSeq() < floor) {
                // what it was merged from is not kept any more
                continue;
            }
            long found = row.getSeq() < known.length ? known[Math.toIntExact(row.getSeq())] : 0;
            long said = mark(row.getSha256(), row.getFirst(), row.getLast());
            if (found == 0 ? !standsThere(level, row) : found != said) {
                return Optional.of("names another object than the one that stands at "
                        + ArchiveLayout.checkpoint(generation, level, row.getSeq()));
            }
        }
        return Optional.empty();
    }

    /** One that its own chain did not show: it is new, or it is named as what it is. False if it is another. */
    private boolean standsThere(int level, ManifestRow row) {
        String name = ArchiveLayout.checkpoint(generation, level, row.getSeq());
        try {
            return read(level, row.getSeq()).sha256().equals(row.getSha256());
        } catch (MissingObjectException e) {
            tools.tally()
                    .found(
                            Tally.Fault.MISSING,
                            tools.root() + name,
                            "is named by a merge, but missing",
                            Optional::empty);
        } catch (DamagedObjectException e) {
            tools.tally().found(Tally.Fault.DAMAGED, tools.root() + name, Problems.of(e), Optional::empty);
        }
        return true;
    }

    private Stored<CheckpointManifest> read(int level, long seq) {
        Manifests manifests = tools.manifests();
        String name = ArchiveLayout.checkpoint(generation, level, seq);
        return manifests.checkpoint(generation, level, name, manifests.get(name));
    }

    /** What a merged checkpoint was merged from: all records below it, whatever live sets say. */
    Holding.Origin origin(CheckpointManifest merged) {
        List<String> digests = new ArrayList<>();
        List<Holding.Source> sources = new ArrayList<>();
        List<Holding.Named> leases = new ArrayList<>();
        List<IndexRun> runs = new ArrayList<>();
        for (ManifestRow row : merged.getMerge().getChildren()) {
            Stored<CheckpointManifest> child = read(merged.getLevel() - 1, row.getSeq());
            leases.add(Holding.Named.of(child.content()));
            digests.add(child.content().getContentDigest());
            Optional.ofNullable(child.content().getMerge()).map(Merge::getRun).ifPresent(runs::add);
            child.content()
                    .getMembers()
                    .forEach(member ->
                            sources.add(new Holding.Source(child.name(), member.getSegment(), Optional.empty(), 0)));
        }
        return new Holding.Origin(
                digests,
                sources,
                new Holding.Leases(Holding.Named.of(merged), leases, 0),
                merged.getLevel() == 1,
                runs);
    }

    /** What a synthetic base was worked out from: what lives in the base before, and all records after it. */
    Holding.Origin origin(BaseManifest manifest) {
        Synthesis synthesis = manifest.getSynthesis();
        List<Holding.Source> sources = new ArrayList<>();
        Stored<BaseManifest> former = former(manifest);
        List<Holding.Named> leases = new ArrayList<>(List.of(Holding.Named.of(former.content())));
        former.content().getBase().getMembers().stream()
                .map(member -> new Holding.Source(former.name(), member.getSegment(), Optional.of(member.getLive()), 0))
                .forEach(sources::add);
        for (ManifestRow row : synthesis.getHours()) {
            Stored<CheckpointManifest> hour = read(HOUR, row.getSeq());
            leases.add(Holding.Named.of(hour.content()));
            hour.content()
                    .getMembers()
                    .forEach(member -> sources.add(new Holding.Source(
                            hour.name(), member.getSegment(), Optional.empty(), synthesis.getFormerRevision())));
        }
        return new Holding.Origin(
                List.of(),
                sources,
                new Holding.Leases(
                        Holding.Named.of(manifest), leases, synthesis.getSide().getRevision()),
                false,
                List.of());
    }

    private Stored<BaseManifest> former(BaseManifest manifest) {
        Manifests manifests = tools.manifests();
        if (manifest.getSeq() > 0) {
            String name = ArchiveLayout.syntheticBase(generation, manifest.getSeq() - 1);
            return manifests.synthetic(generation, name, manifests.get(name));
        }
        long revision = manifest.getSynthesis().getFormerRevision();
        String digest = manifest.getSynthesis().getFormerDigest();
        for (String name : manifests.list(ArchiveLayout.bases(generation), "", SNAPSHOTS)) {
            Stored<BaseManifest> base = manifests.base(generation, name, manifests.get(name));
            if (base.content().getBase().getRevision() == revision
                    && base.content().getBase().getContentDigest().equals(digest)) {
                return base;
            }
        }
        throw new DamagedObjectException(
                tools.root() + ArchiveLayout.bases(generation), "holds no base of revision " + revision);
    }
}
