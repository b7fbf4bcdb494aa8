package dev.tidemark.restorer.verify.ladder;

import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.ChainHead;
import java.util.Optional;

/** Objects of one kind under dense numbers, each of which proves the one before. A further level is one more of these. */
interface Chain {
    /** What all names begin with, below the cluster's root. */
    String prefix();

    /** The last revision before the chain's first. */
    long before();

    /**
     * Reads an object of the chain.
     *
     * @param name below the cluster's root
     * @throws dev.tidemark.archive.DamagedObjectException if it is not what its name says
     */
    Link read(String name, byte[] bytes);

    /** The newest object as the last verification found it, whether or not it is still there. */
    void expected(ChainHead head);

    /** Whether {@code next} may follow {@code previous}: what is wrong if not. */
    Optional<String> breach(Link previous, Link next);

    /** The object that was read last under this name is what its place says: looks at what it names. */
    void proven(Link link);

    /** What cannot be restored without an object of the chain. */
    Optional<RevisionRange> exposed(Span span);
}
