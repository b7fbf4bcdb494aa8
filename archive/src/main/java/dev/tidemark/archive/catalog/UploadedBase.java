package dev.tidemark.archive.catalog;

/**
 * A base's descriptor object, which stands in the archive after all that it names; the topic announces it.
 *
 * @param descriptor its name below the cluster's root, for example {@code
 *     d/01JDB3Z6V5KQ8S5G4N7T2R9WXY/01JDB40M8H3D0V6E1C9A5B7F2G/base}
 * @param sha256 of its bytes, lower-case hex
 */
public record UploadedBase(String descriptor, String sha256) {}
