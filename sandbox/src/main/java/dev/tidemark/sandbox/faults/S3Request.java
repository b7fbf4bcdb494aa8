package dev.tidemark.sandbox.faults;

/**
 * A request to an S3 store.
 *
 * @param target path and query, as sent
 * @param range which bytes of the object, as sent; empty for all
 * @param bytes the body's length
 */
public record S3Request(String method, String target, String range, long bytes) {
    /** Whether it asks for an object's bytes, or for some of them. */
    public boolean readsAnObject() {
        return method.equals("GET") && target.indexOf('?') < 0 && target.indexOf('/', 1) > 0;
    }

    @Override
    public String toString() {
        return range.isEmpty() ? method + " " + target : method + " " + target + " " + range;
    }
}
