package dev.tidemark.restorer;

import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.KeptBase;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What is known of one generation: manifests, and single records where a moment cannot be found without them. Revisions
 * are main revisions; ranges include both ends. Answers of one object agree with each other however often they are asked.
 */
interface Chapter {
    /** The generation's id. */
    String generation();

    /** When capture opened it, milliseconds since the epoch. */
    long openedAtMillis();

    /** Its bases that came with snapshots and count, oldest first. */
    List<BaseManifest> bases();

    /** The base since which every revision is kept; empty while the first one is still on its way, and when none is. */
    Optional<BaseManifest> oldest();

    /** Whether nothing of it is kept but single revisions, if any. */
    boolean isGivenUp();

    /** What is kept before that base, by revision: each brings back its own revisions alone. */
    List<KeptBase> kept();

    /** One of those. */
    BaseManifest open(KeptBase kept);

    /** The newest base of a revision or before it that was worked out from the archive alone. */
    Optional<BaseManifest> synthetic(long revision);

    /** How many levels of merged checkpoints there may be above those cut from the topic. */
    int levels();

    /** The checkpoints of a level above 0 that lie wholly in a range, oldest first: dense, but for the range's ends. */
    List<CheckpointManifest> inside(int level, long first, long last);

    /** Its newest checkpoint of level 0. */
    Optional<CheckpointManifest> head();

    /** The checkpoints of level 0 that hold any revision of a range, oldest first; what is missing is simply not among them. */
    List<CheckpointManifest> checkpoints(long first, long last);

    /** What is captured but not yet in the archive. */
    Optional<TailFacts> tail();

    /** Up to when the source is known to have committed nothing after its last revision; 0 if nothing says so. */
    long provenMillis();

    /** What is missing after it; empty for the generation that still goes on. */
    Optional<Hole> end();

    /** The bounds in time of a revision that its bases, checkpoints or tail hold. */
    Moment moment(long revision);

    /** The last revision after the bases that was captured at or before a time; empty if that is none. */
    OptionalLong lastCapturedBy(long millis);

    /** The last revision after the bases that may have existed before a time, by its lower bound; empty if that is none. */
    OptionalLong lastPossiblyBefore(long millis);

    /** The newest revision that deleted a key that lived until then; empty if nothing kept says so. */
    OptionalLong lastDeath(byte[] key);
}
