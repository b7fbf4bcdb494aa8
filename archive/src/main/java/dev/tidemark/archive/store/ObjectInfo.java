package dev.tidemark.archive.store;

import java.time.Instant;

/**
 * What a store knows about an object without reading it.
 *
 * @param name the object's name
 * @param bytes its length
 * @param storedAt when it was stored, by the store's clock
 */
public record ObjectInfo(String name, long bytes, Instant storedAt) {}
