package dev.tidemark.archive.segment;

/**
 * Where one version of a key stands in the log, whatever segment holds it.
 *
 * @param main the main revision
 * @param sub the sub revision
 * @param tombstone whether the key was deleted
 */
public record Version(long main, long sub, boolean tombstone) {
    /** The newer one of two versions of a key. */
    public Version or(Version other) {
        boolean older = main < other.main || (main == other.main && sub < other.sub);
        return older ? other : this;
    }
}
