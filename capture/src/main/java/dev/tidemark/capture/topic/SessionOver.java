package dev.tidemark.capture.topic;

/** The topic no longer stands where capture left it: everything begins anew from what the topic says now. */
public final class SessionOver extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SessionOver(String why) {
        super(why);
    }
}
