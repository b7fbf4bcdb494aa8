package dev.tidemark.restorer.verify.ladder;

import dev.tidemark.restorer.verify.report.Finding;
import dev.tidemark.restorer.verify.report.ObjectCounts;
import dev.tidemark.schemas.RevisionRange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What a walk has seen and found. An object counts once, however many name it and whatever is wrong with it. Which
 * revisions a finding endangers is worked out in the end, when all is known. Thread-safe.
 */
final class Tally {
    /** More findings than anybody reads; the counts go on. */
    private static final int MOST_FINDINGS = 10_000;

    private static final int REMEMBERED_NAMES = 200_000;

    /** How an object is not as it must be. */
    enum Fault {
        MISSING,
        DAMAGED
    }

    /** A finding whose revisions are not known yet. */
    private record Open(Fault fault, String object, String problem, List<Supplier<Optional<RevisionRange>>> ranges) {
        /** From the first to the last that any of those who need the object cannot bring back. */
        Optional<RevisionRange> range() {
            return ranges.stream()
                    .flatMap(range -> range.get().stream())
                    .reduce((one, other) -> new RevisionRange(
                            Math.min(one.first(), other.first()), Math.max(one.last(), other.last())));
        }
    }

    private final Map<String, Boolean> names = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > REMEMBERED_NAMES;
        }
    };
    /** What is looked at now, with those who name it too. */
    private final Map<String, List<Supplier<Optional<RevisionRange>>>> underWay = new HashMap<>();

    private final Set<String> faulty = new HashSet<>();
    private final Map<String, Open> findings = new LinkedHashMap<>();
    private long checked;
    private long missing;
    private long damaged;

    /** Counts an object; false if it was counted already, as far back as is remembered. */
    synchronized boolean isNew(String object) {
        boolean first = names.put(object, Boolean.TRUE) == null;
        if (first) {
            checked++;
        }
        return first;
    }

    /**
     * Whether an object has to be looked at; who is told so says when it is {@link #done}. An object that others name too
     * endangers what they need it for, whoever has looked at it.
     */
    synchronized boolean begin(String object, Supplier<Optional<RevisionRange>> range) {
        if (isNew(object)) {
            underWay.put(object, new ArrayList<>());
            return true;
        }
        if (underWay.containsKey(object)) {
            underWay.get(object).add(range);
        } else if (findings.containsKey(object)) {
            findings.get(object).ranges.add(range);
        }
        return false;
    }

    /** An object was looked at. */
    synchronized void done(String object) {
        List<Supplier<Optional<RevisionRange>>> others = underWay.remove(object);
        if (findings.containsKey(object)) {
            findings.get(object).ranges.addAll(others);
        }
    }

    /** Counts an object, and says what is wrong with it. */
    synchronized void found(Fault fault, String object, String problem, Supplier<Optional<RevisionRange>> range) {
        isNew(object);
        if (!faulty.add(object)) {
            if (findings.containsKey(object)) {
                findings.get(object).ranges.add(range);
            }
            return;
        }
        switch (fault) {
            case MISSING -> missing++;
            case DAMAGED -> damaged++;
        }
        if (findings.size() < MOST_FINDINGS) {
            findings.put(object, new Open(fault, object, problem, new ArrayList<>(List.of(range))));
        }
    }

    /** Leaves out everything that is missing; says how much that is. */
    synchronized long forgetMissing() {
        long forgotten = missing;
        findings.values().removeIf(open -> open.fault == Fault.MISSING);
        missing = 0;
        return forgotten;
    }

    synchronized ObjectCounts counts() {
        return new ObjectCounts(checked, missing, damaged);
    }

    synchronized List<Finding> findings() {
        return findings.values().stream()
                .map(open -> new Finding(open.object, open.problem, open.range()))
                .toList();
    }
}
