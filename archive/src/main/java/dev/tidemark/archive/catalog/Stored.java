package dev.tidemark.archive.catalog;

/**
 * A decoded object with the proof of its bytes.
 *
 * @param name the object's name in the store, for messages
 * @param content what it holds
 * @param sha256 of the whole object as stored, lower-case hex
 */
public record Stored<T>(String name, T content, String sha256) {}
