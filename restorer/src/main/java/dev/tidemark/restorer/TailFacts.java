package dev.tidemark.restorer;

import dev.tidemark.schemas.RevisionRange;

/**
 * What the topic holds beyond the newest checkpoint of a generation.
 *
 * @param range its revisions
 * @param objects how many local files they were cut into
 * @param bytes their bytes
 */
record TailFacts(RevisionRange range, int objects, long bytes) {}
