package dev.tidemark.restorer.verify.report;

/**
 * Objects that were looked at.
 *
 * @param checked all of them
 * @param missing those that are not there
 * @param damaged those that are not what they must be
 */
public record ObjectCounts(long checked, long missing, long damaged) {
    /** Those that are as they must be. */
    public long valid() {
        return checked - missing - damaged;
    }
}
