package dev.tidemark.etcd.rpc;

import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.TidemarkException;

/** What can go wrong between Tidemark and an etcd member. */
public abstract class EtcdException extends TidemarkException {
    private static final long serialVersionUID = 1L;

    private EtcdException(Failure failure, String message, String hint, Throwable cause) {
        super(failure, message, hint, cause);
    }

    /** The member cannot be reached, or a call to it broke; trying again, or another member, may help. */
    public static final class Unavailable extends EtcdException {
        private static final long serialVersionUID = 1L;

        /** Why it could not be reached, or why the call broke. */
        public enum Reason {
            /** No connection, or the connection broke (a failed keep-alive included). */
            UNREACHABLE,
            /** The two sides do not accept each other's certificates, or only one of them speaks TLS. */
            TLS,
            /** The member has no leader: it is cut off, or the cluster has no quorum. */
            NO_LEADER,
            /** No answer in time. */
            TIMEOUT,
            /** The member ended the stream without an error. */
            ENDED_BY_SERVER,
            /** The call was cancelled: by a stopping member, by a thread's interruption, or by our own close. */
            CANCELLED,
            /** The member is out of room, or a message was too large. */
            EXHAUSTED,
            /** The member is too old to know the call. */
            UNKNOWN_CALL,
            /** Anything else; the message holds etcd's own words. */
            OTHER
        }

        private final Reason reason;

        Unavailable(Reason reason, String message, String hint, Throwable cause) {
            super(Failure.UNAVAILABLE, message, hint, cause);
            this.reason = reason;
        }

        /** Why. */
        public Reason reason() {
            return reason;
        }
    }

    /** The member refuses the user, its password, or what the user may do. */
    public static final class Credentials extends EtcdException {
        private static final long serialVersionUID = 1L;

        Credentials(String message, String hint, Throwable cause) {
            super(Failure.USAGE, message, hint, cause);
        }
    }

    /**
     * The files for TLS cannot be read or used. While files are rotated this may be so for a moment; it lasts if they are
     * the wrong ones.
     */
    public static final class Certificates extends EtcdException {
        private static final long serialVersionUID = 1L;

        Certificates(String message, String hint, Throwable cause) {
            super(Failure.USAGE, message, hint, cause);
        }
    }

    /** The asked revision is compacted away at the source. */
    public static final class Compacted extends EtcdException {
        private static final long serialVersionUID = 1L;

        Compacted(String message, Throwable cause) {
            super(Failure.UNREACHABLE_TARGET, message, "ask for a newer revision", cause);
        }
    }

    /** The asked revision does not exist yet at this member. */
    public static final class FutureRevision extends EtcdException {
        private static final long serialVersionUID = 1L;

        FutureRevision(String message, Throwable cause) {
            super(Failure.UNREACHABLE_TARGET, message, "the member lags behind: ask another one", cause);
        }
    }

    /** The snapshot that was streamed is not whole, or not what its checksum says. Nothing of it was kept. */
    public static final class DamagedSnapshot extends EtcdException {
        private static final long serialVersionUID = 1L;

        DamagedSnapshot(String message) {
            super(Failure.VERIFICATION, message, "take it again, from another member if it happens twice", null);
        }
    }

    /** The snapshot could not be written to the local disk. Nothing of it was kept. */
    public static final class Disk extends EtcdException {
        private static final long serialVersionUID = 1L;

        Disk(String message, Throwable cause) {
            super(Failure.REFUSED, message, "make room there, or defragment the member", cause);
        }
    }

    /** A watch delivered revisions twice, out of order, or not at all. */
    public static final class Disorder extends EtcdException {
        private static final long serialVersionUID = 1L;

        /** What is wrong with the revisions. */
        public enum Kind {
            /** They were not delivered. */
            MISSING,
            /** They were delivered again, or lie before the start. */
            REPEATED
        }

        private final Kind kind;
        private final RevisionRange range;

        Disorder(Kind kind, RevisionRange range, String message) {
            super(Failure.VERIFICATION, message, "watch again from the last revision that is safe", null);
            this.kind = kind;
            this.range = range;
        }

        /** What is wrong. */
        public Kind kind() {
            return kind;
        }

        /** With which revisions. */
        public RevisionRange range() {
            return range;
        }
    }
}
