package dev.tidemark.restorer.verify;

import dev.tidemark.schemas.RevisionRange;
import java.util.ArrayList;
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
    private record Open(String object, String problem, Supplier<Optional<RevisionRange>> range) {}

    private final Map<String, Boolean> names = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > REMEMBERED_NAMES;
        }
    };
    private final Set<String> faulty = new HashSet<>();
    private final List<Open> findings = new ArrayList<>();
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

    /** Counts an object, and says what is wrong with it. */
    synchronized void found(Fault fault, String object, String problem, Supplier<Optional<RevisionRange>> range) {
        isNew(object);
        if (!faulty.add(object)) {
            return;
        }
        switch (fault) {
            case MISSING -> missing++;
            case DAMAGED -> damaged++;
        }
        if (findings.size() < MOST_FINDINGS) {
            findings.add(new Open(object, problem, range));
        }
    }

    synchronized ObjectCounts counts() {
        return new ObjectCounts(checked, missing, damaged);
    }

    synchronized List<Finding> findings() {
        return findings.stream()
                .map(open -> new Finding(open.object, open.problem, open.range.get()))
                .toList();
    }
}
