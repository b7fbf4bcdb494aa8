package dev.tidemark.archive.seal;

import dev.tidemark.archive.catalog.ArchiveLayout;

/** Which objects are sealed, and with whose keys. */
final class SealedNames {
    /** What is of no cluster's folder, which an archive has not, is sealed with keys of its own. */
    private static final String NO_CLUSTER = "_/";

    private SealedNames() {}

    /** What stands before the names of an object's cluster, with its slash. */
    static String root(String name) {
        int slash = name.indexOf('/');
        return slash < 0 ? NO_CLUSTER : name.substring(0, slash + 1);
    }

    /** Whether an object is of no cluster (claims, probes: they hold names of clusters at most), or is a wrapped key. */
    static boolean isClear(String name) {
        return name.startsWith("_") || isKey(name);
    }

    /** Whether an object is a wrapped key. */
    static boolean isKey(String name) {
        return name.startsWith(ArchiveLayout.keys(), root(name).length());
    }
}
