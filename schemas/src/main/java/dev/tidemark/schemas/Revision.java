package dev.tidemark.schemas;

/**
 * One etcd transaction: a main revision. A fresh etcd stands at revision 1; its first write makes revision 2.
 *
 * @param main the main revision, at least 1
 */
public record Revision(long main) implements Comparable<Revision> {
    public Revision {
        if (main < 1) {
            throw new IllegalArgumentException("a revision is at least 1, not " + main);
        }
    }

    /** Parses the decimal form. */
    public static Revision parse(String text) {
        try {
            return new Revision(Long.parseLong(text));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not a revision: \"" + text + "\"", e);
        }
    }

    /** The revision right after this one. */
    public Revision next() {
        return new Revision(Math.addExact(main, 1));
    }

    /** Whether this revision comes right after {@code other}. */
    public boolean follows(Revision other) {
        return main == other.main + 1;
    }

    @Override
    public int compareTo(Revision other) {
        return Long.compare(main, other.main);
    }

    @Override
    public String toString() {
        return Long.toString(main);
    }
}
