package dev.tidemark.restorer.past;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.archive.catalog.Concurrent;
import dev.tidemark.archive.segment.KeyRun;
import dev.tidemark.archive.segment.Segment;
import dev.tidemark.archive.segment.Version;
import dev.tidemark.schemas.avro.SegmentRef;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** All segments of a merged checkpoint or synthetic base, looked up in its index runs. */
final class RunLayer implements PastLayer {
    private final String owner;
    private final List<KeyRun> runs;
    private final List<Segment> segments;

    /**
     * @param owner the manifest's name, for messages
     * @param runs of a key that several know the newest version counts; they may know the same one
     * @param segments the manifest's segments, in revision order
     */
    RunLayer(String owner, List<KeyRun> runs, List<Segment> segments) {
        this.owner = owner;
        this.runs = runs;
        this.segments = segments;
    }

    @Override
    public Optional<Found> find(byte[] key, long revision) {
        List<Optional<Version>> known = Concurrent.map(runs, runs.size(), run -> run.find(key, revision));
        return known.stream().flatMap(Optional::stream).reduce(Version::or).map(this::found);
    }

    @Override
    public Map<byte[], Found> newest(byte[] prefix, long revision) {
        Map<byte[], Version> newest = new TreeMap<>(Arrays::compareUnsigned);
        Concurrent.map(runs, runs.size(), run -> newest(run, prefix, revision))
                .forEach(known -> known.forEach((key, version) -> newest.merge(key, version, Version::or)));
        Map<byte[], Found> found = new TreeMap<>(Arrays::compareUnsigned);
        newest.forEach((key, version) -> found.put(key, found(version)));
        return found;
    }

    private static Map<byte[], Version> newest(KeyRun run, byte[] prefix, long revision) {
        Latest latest = new Latest(revision);
        run.withPrefix(prefix, latest::see);
        return latest.finish();
    }

    /** The last version of each key that is not newer than a revision; makes nothing of those that are not the last. */
    private static final class Latest {
        private final long revision;
        private final Map<byte[], Version> all = new TreeMap<>(Arrays::compareUnsigned);
        private byte[] key;
        private long main;
        private long sub;
        private boolean tombstone;

        private Latest(long revision) {
            this.revision = revision;
        }

        private void see(byte[] array, int length, long atMain, long atSub, boolean dead) {
            if (atMain > revision) {
                return;
            }
            if (key == null || !Arrays.equals(key, 0, key.length, array, 0, length)) {
                keep();
                key = Arrays.copyOf(array, length);
            }
            main = atMain;
            sub = atSub;
            tombstone = dead;
        }

        private void keep() {
            if (key != null) {
                all.put(key, new Version(main, sub, tombstone));
            }
        }

        private Map<byte[], Version> finish() {
            keep();
            return all;
        }
    }

    /** What lives at the end of the manifest is in one of its segments; what was deleted needs none. */
    private Found found(Version version) {
        return new Found(
                version.tombstone() ? Optional.empty() : Optional.of(holder(version)), version.main(), version.sub());
    }

    private Segment holder(Version version) {
        List<Segment> holders = new ArrayList<>();
        for (Segment segment : segments) {
            SegmentRef ref = segment.ref();
            if (!isBefore(version.main(), version.sub(), ref.getFirstMain(), ref.getFirstSub())
                    && !isBefore(ref.getLastMain(), ref.getLastSub(), version.main(), version.sub())) {
                holders.add(segment);
            }
        }
        if (holders.size() != 1) {
            throw new DamagedObjectException(
                    owner,
                    "its index run names record " + version.main() + "/" + version.sub() + ", which lies in "
                            + holders.size() + " of its segments");
        }
        return holders.get(0);
    }

    private static boolean isBefore(long main, long sub, long otherMain, long otherSub) {
        return main < otherMain || (main == otherMain && sub < otherSub);
    }
}
