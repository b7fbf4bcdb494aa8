package dev.tidemark.archive.catalog;

/**
 * How large a chain of manifests is.
 *
 * @param manifests how many of them count
 * @param bytes bytes of the data and index files that they name; what several of them name counts for each
 */
public record ChainSize(long manifests, long bytes) {
    /** A chain in which nothing counts. */
    public static final ChainSize NONE = new ChainSize(0, 0);
}
