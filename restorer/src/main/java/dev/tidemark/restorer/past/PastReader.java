package dev.tidemark.restorer.past;

import dev.tidemark.archive.ArchiveException;
import dev.tidemark.archive.catalog.Concurrent;
import dev.tidemark.archive.segment.Segment;
import dev.tidemark.archive.segment.Version;
import dev.tidemark.restorer.Sources;
import dev.tidemark.restorer.plan.RestorePlan;
import dev.tidemark.restorer.plan.UnreachableTargetException;
import dev.tidemark.restorer.targets.Target;
import dev.tidemark.schemas.Failure;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Reads single keys as they stood at a moment, without restoring: indexes first, then only the wanted blocks. Thread-safe. */
public final class PastReader {
    /** More than a plan has manifests; where there are no runs yet, the segments of a base may be more. */
    private static final int AT_ONCE = 48;

    private final Sources sources;

    public PastReader(Sources sources) {
        this.sources = sources;
    }

    /**
     * What was found.
     *
     * @param plan what the moment was resolved to
     * @param records the live keys, by key
     */
    public record Answer(RestorePlan plan, List<PastRecord> records) {
        public Answer {
            records = List.copyOf(records);
        }
    }

    /**
     * One key; no record if it did not live then.
     *
     * @throws UnreachableTargetException if the moment cannot be reached
     */
    public Answer get(byte[] key, Target target) {
        try (Past past = Past.openFor(sources, target)) {
            RestorePlan plan = past.plan(target);
            return answer(past, plan, layers -> find(layers, key, plan.revision()));
        }
    }

    /**
     * All live keys that begin with {@code prefix}, in memory: for many, restore as NDJSON with a prefix.
     *
     * @throws UnreachableTargetException if the moment cannot be reached
     */
    public Answer getPrefix(byte[] prefix, Target target) {
        try (Past past = Past.openFor(sources, target)) {
            RestorePlan plan = past.plan(target);
            return answer(past, plan, layers -> scan(layers, prefix, plan.revision()));
        }
    }

    /** What is looked for in the layers of a plan. */
    private interface Search {
        List<PastRecord> in(List<PastLayer> layers);
    }

    /** Index runs are worked out from the segments' own indexes: where one is damaged or gone, these do. */
    private static Answer answer(Past past, RestorePlan plan, Search search) {
        if (!PlanLayers.hasRuns(plan)) {
            return new Answer(plan, search.in(past.segmentLayers(plan)));
        }
        try {
            return new Answer(plan, search.in(past.layers(plan)));
        } catch (ArchiveException e) {
            if (e.failure() != Failure.VERIFICATION) {
                throw e;
            }
            List<PastRecord> records = search.in(past.segmentLayers(plan));
            return new Answer(plan.noting("done without what is damaged: " + e.getMessage()), records);
        }
    }

    /** Layers are asked at the same time; the newest version decides. */
    private static List<PastRecord> find(List<PastLayer> layers, byte[] key, long revision) {
        return Concurrent.map(layers, AT_ONCE, layer -> layer.find(key, revision)).stream()
                .flatMap(Optional::stream)
                .reduce((older, newer) -> newer)
                .filter(newest -> newest.segment().isPresent())
                .map(newest -> PastRecord.of(newest.read()))
                .map(List::of)
                .orElse(List.of());
    }

    private static List<PastRecord> scan(List<PastLayer> layers, byte[] prefix, long revision) {
        Map<byte[], PastLayer.Found> newest = new TreeMap<>(Arrays::compareUnsigned);
        Concurrent.map(layers, AT_ONCE, layer -> layer.newest(prefix, revision)).forEach(newest::putAll);
        Map<Segment, List<Version>> wanted = new LinkedHashMap<>();
        newest.values().forEach(found -> found.segment()
                .ifPresent(segment -> wanted.computeIfAbsent(segment, unseen -> new ArrayList<>())
                        .add(new Version(found.main(), found.sub(), false))));
        List<PastRecord> records = new ArrayList<>();
        Concurrent.map(List.copyOf(wanted.entrySet()), AT_ONCE, each -> read(each.getKey(), each.getValue()))
                .forEach(records::addAll);
        records.sort((one, other) -> Arrays.compareUnsigned(one.key(), other.key()));
        return records;
    }

    private static List<PastRecord> read(Segment segment, List<Version> places) {
        List<Version> rising = places.stream()
                .sorted(Comparator.comparingLong(Version::main).thenComparingLong(Version::sub))
                .toList();
        List<PastRecord> records = new ArrayList<>();
        segment.scan(rising, change -> records.add(PastRecord.of(change)));
        return records;
    }
}
