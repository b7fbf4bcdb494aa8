package dev.tidemark.restorer.verify.ladder;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.archive.catalog.ArchiveLayout;
import dev.tidemark.archive.catalog.Manifests;
import dev.tidemark.archive.store.MissingObjectException;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.ChainHead;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Walks one chain from its newest object to its first. What an object that is proven says of those before it proves them;
 * one that is missing or damaged is named and passed. Used once, by one thread.
 */
final class ChainWalk {
    private static final int BATCH = 32;

    /** Of a larger gap only the newest are named one by one. */
    private static final long MOST_NAMED = 10_000;

    private final Manifests manifests;
    private final String root;
    private final Tally tally;
    private final Readers readers;
    private final Chain chain;
    private final Runnable step;
    private final long floor;
    private final Map<Long, String> proofs = new HashMap<>();
    private final Map<Long, Link.Row> rows = new HashMap<>();
    private final Map<Long, Long> pages = new HashMap<>();
    private final List<Span> open = new ArrayList<>();
    private Optional<Link> newer = Optional.empty();
    private Optional<ChainHead> head = Optional.empty();
    private long next;
    private boolean begun;

    /** What is shared by all walks of a verification. */
    record Tools(Manifests manifests, String root, Tally tally, Readers readers, Runnable step) {}

    /** An object's bytes, or why there are none. */
    private record Fetched(String name, Optional<byte[]> bytes) {}

    /**
     * @param recorded the newest object at the last verification: none of the chain's end may be gone since
     * @param floor the first sequence number that counts: what is before it may be there or not
     */
    ChainWalk(Tools tools, Chain chain, Optional<ChainHead> recorded, long floor) {
        this.manifests = tools.manifests;
        this.root = tools.root;
        this.tally = tools.tally;
        this.readers = tools.readers;
        this.step = tools.step;
        this.chain = chain;
        this.floor = floor;
        this.next = recorded.map(ChainHead::getSeq).orElse(-1L) + 1;
        recorded.ifPresent(known -> {
            proofs.put(known.getSeq(), known.getSha256());
            rows.put(
                    known.getSeq(),
                    new Link.Row(known.getSeq(), known.getSha256(), known.getFirstRevision(), known.getLastRevision()));
        });
    }

    /** Walks; gives the newest object that is as it must be, for the next time. */
    Optional<ChainHead> run() {
        String after = "";
        List<String> batch;
        List<String> counting;
        do {
            batch = listed(after);
            counting = batch.stream().filter(this::counts).toList();
            for (Fetched fetched : readers.map(counting, this::fetch)) {
                visit(fetched);
                step.run();
                after = fetched.name;
            }
        } while (counting.size() == BATCH);
        missingDownTo(floor - 1);
        close(chain.before());
        return head;
    }

    /** A listing has no checksum: what it says of a gap it must say twice. */
    private List<String> listed(String after) {
        List<String> seen = manifests.list(chain.prefix(), after, BATCH);
        return isDense(after, seen) ? seen : manifests.list(chain.prefix(), after, BATCH);
    }

    private boolean isDense(String after, List<String> names) {
        String former = after;
        for (String name : names) {
            boolean follows = former.isEmpty()
                    || (ArchiveLayout.isSequenced(name)
                            && ArchiveLayout.isSequenced(former)
                            && ArchiveLayout.sequence(name) == ArchiveLayout.sequence(former) - 1);
            if (!follows) {
                return false;
            }
            former = name;
        }
        boolean isWhole = names.size() == BATCH || former.isEmpty();
        return isWhole || (ArchiveLayout.isSequenced(former) && ArchiveLayout.sequence(former) <= floor);
    }

    /** A name of another form is looked at, and named. */
    private boolean counts(String name) {
        return !ArchiveLayout.isSequenced(name) || ArchiveLayout.sequence(name) >= floor;
    }

    private Fetched fetch(String name) {
        try {
            return new Fetched(name, Optional.of(manifests.get(name)));
        } catch (MissingObjectException gone) {
            return new Fetched(name, Optional.empty());
        } catch (DamagedObjectException unopened) {
            // Fetched once more, and named, when it is its turn.
            return new Fetched(name, Optional.of(new byte[0]));
        }
    }

    private void visit(Fetched fetched) {
        long seq;
        try {
            seq = ArchiveLayout.sequence(fetched.name);
        } catch (DamagedObjectException e) {
            tally.found(Tally.Fault.DAMAGED, root + fetched.name, Problems.of(e), Optional::empty);
            return;
        }
        boolean newest = !begun;
        begun = true;
        next = newest ? Math.max(next, seq + 1) : next;
        missingDownTo(seq);
        next = seq;
        if (fetched.bytes.isEmpty()) {
            tally.found(Tally.Fault.MISSING, root + fetched.name, "is listed, but gone", exposed(seq, newest));
            return;
        }
        try {
            accept(proven(fetched.name, seq, fetched.bytes.get()));
        } catch (DamagedObjectException e) {
            tally.found(Tally.Fault.DAMAGED, root + fetched.name, Problems.of(e), exposed(seq, newest));
        }
    }

    /** What came damaged is fetched once more: it may have been the way. */
    private Link proven(String name, long seq, byte[] bytes) {
        try {
            return judged(name, seq, bytes);
        } catch (DamagedObjectException e) {
            return judged(name, seq, manifests.get(name));
        }
    }

    private Link judged(String name, long seq, byte[] bytes) {
        Link link = chain.read(name, bytes);
        String expected = proofs.get(seq);
        if (expected != null && !expected.equals(link.sha256())) {
            throw new DamagedObjectException(
                    link.name(),
                    "its SHA-256 is " + link.sha256() + ", but what names it says " + expected + ": another object");
        }
        if (seq == 0 && !link.previousSha256().isEmpty()) {
            throw new DamagedObjectException(link.name(), "is the first of its chain, and yet names a predecessor");
        }
        return link;
    }

    private void accept(Link link) {
        tally.isNew(link.name());
        close(link.last());
        newer.filter(after -> after.seq() == link.seq() + 1)
                .flatMap(after -> chain.breach(link, after))
                .ifPresent(breach -> tally.found(
                        Tally.Fault.DAMAGED, newer.get().name(), breach, () -> chain.exposed(spanOf(newer.get()))));
        if (head.isEmpty()) {
            head = Optional.of(new ChainHead(chain.prefix(), link.seq(), link.sha256(), link.first(), link.last()));
        }
        proofs.remove(link.seq());
        rows.remove(link.seq());
        link.rows().forEach(row -> {
            proofs.put(row.seq(), row.sha256());
            rows.put(row.seq(), row);
        });
        link.pages().forEach(page -> {
            proofs.put(page.seq(), page.sha256());
            pages.merge(page.seq(), page.first(), Math::min);
        });
        proofs.put(link.seq() - 1, link.previousSha256());
        newer = Optional.of(link);
        chain.proven(link);
    }

    private static Span spanOf(Link link) {
        return new Span(link.seq(), false).told(new Link.Row(link.seq(), "", link.first(), link.last()));
    }

    private void missingDownTo(long seq) {
        long nameable = Math.max(seq, next - 1 - MOST_NAMED);
        if (nameable > seq) {
            String name = ArchiveLayout.link(chain.prefix(), nameable);
            tally.found(
                    Tally.Fault.MISSING,
                    root + name,
                    "is missing in its chain, and so are the " + (nameable - seq - 1) + " before it",
                    exposed(nameable, false));
        }
        for (long missing = next - 1; missing > nameable; missing--) {
            String name = ArchiveLayout.link(chain.prefix(), missing);
            tally.found(Tally.Fault.MISSING, root + name, "is missing in its chain", exposed(missing, false));
        }
    }

    private Supplier<Optional<RevisionRange>> exposed(long seq, boolean newest) {
        Span span = new Span(seq, newest);
        Link.Row row = rows.get(seq);
        if (row != null) {
            span.told(row);
        } else if (newer.isPresent()) {
            span.before(newer.get().first());
        }
        if (pages.containsKey(seq)) {
            span.holding(pages.get(seq));
        }
        open.add(span);
        return () -> chain.exposed(span);
    }

    /** What is open begins after a revision. */
    private void close(long revision) {
        open.forEach(span -> span.after(revision));
        open.clear();
    }
}
