package dev.tidemark.capture;

/** The topic no longer stands where capture left it: everything begins anew from what the topic says now. */
final class SessionOver extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SessionOver(String why) {
        super(why);
    }
}
