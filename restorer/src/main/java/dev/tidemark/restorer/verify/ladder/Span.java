package dev.tidemark.restorer.verify.ladder;

/**
 * The revisions of a manifest that cannot be read, as its neighbours tell them; they are met after it. Written by the
 * walk, read when it is over.
 */
final class Span {
    /** A revision that nobody tells. */
    static final long UNKNOWN = -1;

    private final long seq;
    private final boolean head;
    private long first = UNKNOWN;
    private long last = UNKNOWN;
    private long pageFirst = Long.MAX_VALUE;

    Span(long seq, boolean head) {
        this.seq = seq;
        this.head = head;
    }

    long seq() {
        return seq;
    }

    /** Whether it is the newest of its chain, with which every reader begins. */
    boolean isHead() {
        return head;
    }

    /** The first revision; {@link #UNKNOWN} until somebody tells. */
    long first() {
        return first;
    }

    /** The last revision; {@link #UNKNOWN} until somebody tells. */
    long last() {
        return last;
    }

    /** The first revision that is only found by way of it. */
    long firstFound() {
        return Math.min(first, pageFirst);
    }

    /** The first revision at which it is read, where it is read as a whole or for the sake of its page. */
    long firstRead() {
        return Math.min(last, pageFirst);
    }

    /** A row tells it. */
    Span told(Link.Row row) {
        first = row.first();
        last = row.last();
        return this;
    }

    /** It begins after a revision. */
    void after(long revision) {
        if (first < 0) {
            first = revision + 1;
        }
        if (last < first) {
            last = first;
        }
    }

    /** It ends before a revision. */
    Span before(long revision) {
        if (last < 0) {
            last = revision - 1;
        }
        return this;
    }

    /** It holds a page that begins with a revision. */
    Span holding(long revision) {
        pageFirst = Math.min(pageFirst, revision);
        return this;
    }
}
