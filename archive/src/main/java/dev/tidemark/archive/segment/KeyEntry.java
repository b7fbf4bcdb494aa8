package dev.tidemark.archive.segment;

/**
 * Where one version of a key stands in a segment.
 *
 * @param main the main revision
 * @param sub the sub revision
 * @param ordinal the record's number in the segment, from 0
 * @param tombstone whether the key was deleted
 */
public record KeyEntry(long main, long sub, int ordinal, boolean tombstone) {}
