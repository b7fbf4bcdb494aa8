package dev.tidemark.restorer.verify.report;

import java.util.Locale;

/** How far up the ladder of proofs a verification goes; each one up to {@code CONTENT} takes in those before it. */
public enum VerifyLevel {
    /** Headers and manifests: whole, chained, dense, and every object that they name exists with its size. */
    MANIFEST,
    /** The SHA-256 of every object that is named. */
    BYTES,
    /** Every record decodes and stands in order, and all that is derived from records is worked out again. */
    CONTENT,
    /** The manifests, and HashKV computed from the archive against the live source's. */
    SOURCE,
    /** The manifests, and a fresh snapshot of the source record by record, leases, users and roles included. */
    SOURCE_FULL;

    /** As it is written on the command line. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @Override
    public String toString() {
        return text();
    }

    /** Whether the source is asked. */
    public boolean asksSource() {
        return this == SOURCE || this == SOURCE_FULL;
    }

    /** Whether the bytes of data are read. */
    public boolean readsData() {
        return this == BYTES || this == CONTENT;
    }
}
