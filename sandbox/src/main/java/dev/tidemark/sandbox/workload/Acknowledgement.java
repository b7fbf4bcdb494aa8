package dev.tidemark.sandbox.workload;

/**
 * etcd's answer to a request.
 *
 * @param revision the revision in the answer's header: the one that the request made, or, if it changed nothing, the one
 *     that it met
 */
record Acknowledgement(Request request, long revision, Effect effect) {
    /** What the answer says about the revision in its header. */
    enum Effect {
        /** The request made it. */
        WROTE,
        /** The request changed nothing. */
        NOTHING,
        /** The answer doesn't say; so with the end of a lease. */
        UNSAID
    }
}
