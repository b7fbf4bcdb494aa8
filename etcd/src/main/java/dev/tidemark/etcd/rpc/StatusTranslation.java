package dev.tidemark.etcd.rpc;

import dev.tidemark.etcd.rpc.EtcdException.Unavailable;
import dev.tidemark.etcd.rpc.EtcdException.Unavailable.Reason;
import io.grpc.Status;
import io.grpc.StatusException;
import java.util.Optional;

/** Turns gRPC's statuses into our own errors: the only place that knows etcd's words for them. */
final class StatusTranslation {
    private static final String REACH_HINT =
            "check that etcd runs there, and that etcd.endpoints (http:// or https://) and etcd.tls.* are right";

    private final String endpoint;
    private final As user;

    /** Whose rights a call needs. */
    enum As {
        /** Read all keys. */
        WATCH(
                "check etcd.watch.username and .password (or etcd.username and .password): that user needs READ on all keys"),
        /** Whatever root may. */
        ADMIN(
                "check etcd.admin.username and .password (or etcd.username and .password): that user needs the role root");

        private final String hint;

        As(String hint) {
            this.hint = hint;
        }
    }

    StatusTranslation(String endpoint, As user) {
        this.endpoint = endpoint;
        this.user = user;
    }

    /** The error for a call that ended with {@code status}, which is not OK. */
    EtcdException translate(String what, Status status) {
        String words = words(status);
        Throwable cause = new StatusException(status);
        String message = message(what, words);
        if (isCredentials(status, words)) {
            return new EtcdException.Credentials(message, user.hint, cause);
        }
        if (status.getCode() == Status.Code.OUT_OF_RANGE && words.contains("compacted")) {
            return new EtcdException.Compacted(message, cause);
        }
        if (status.getCode() == Status.Code.OUT_OF_RANGE && words.contains("future revision")) {
            return new EtcdException.FutureRevision(message, cause);
        }
        Optional<String> tls = TlsHint.of(status);
        return tls.isPresent()
                ? new Unavailable(Reason.TLS, message, tls.get(), cause)
                : new Unavailable(reason(status, words), message, REACH_HINT, cause);
    }

    /** The error for a stream that the member ended with OK though it was to go on. */
    Unavailable ended(String what) {
        return new Unavailable(Reason.ENDED_BY_SERVER, message(what, "the member ended the stream"), REACH_HINT, null);
    }

    /** The error for a response whose rest never came: what it held of a revision is not the whole of it. */
    Unavailable torn(String what) {
        return new Unavailable(
                Reason.OTHER, message(what, "the member broke a response off between two fragments"), REACH_HINT, null);
    }

    /** The error for a call without an answer in time. */
    Unavailable silent(String what, String words) {
        return new Unavailable(Reason.TIMEOUT, message(what, words), REACH_HINT, null);
    }

    /** The error for a thread that was interrupted while it waited or wrote. */
    Unavailable interrupted(String what, Exception cause) {
        return new Unavailable(Reason.CANCELLED, message(what, "interrupted"), "", cause);
    }

    /** Whether etcd refused the token, so that a new one may help. */
    static boolean isTokenRefused(Status status) {
        return isTokenRefused(words(status));
    }

    /** The same from etcd's words alone, as a refused watch has no status. */
    static boolean isTokenRefused(String words) {
        return words.contains("invalid auth token")
                || words.contains("revision of auth store is old")
                || words.contains("revision in header is old")
                || words.contains("user name is empty");
    }

    private String message(String what, String words) {
        return what + " at etcd " + endpoint + " failed: " + words;
    }

    private static boolean isCredentials(Status status, String words) {
        return switch (status.getCode()) {
            case UNAUTHENTICATED, PERMISSION_DENIED -> true;
            case INVALID_ARGUMENT -> words.contains("authentication failed") || isTokenRefused(words);
            // etcd 3.5 passes the maintenance calls' refusals on without their code
            case UNKNOWN -> words.startsWith("auth: ");
            default -> false;
        };
    }

    private static Reason reason(Status status, String words) {
        return switch (status.getCode()) {
            case UNAVAILABLE -> words.contains("no leader") ? Reason.NO_LEADER : Reason.UNREACHABLE;
            case DEADLINE_EXCEEDED -> Reason.TIMEOUT;
            case CANCELLED -> Reason.CANCELLED;
            case RESOURCE_EXHAUSTED -> Reason.EXHAUSTED;
            case UNIMPLEMENTED -> Reason.UNKNOWN_CALL;
            default -> Reason.OTHER;
        };
    }

    /** The transport adds what its pipeline looks like. */
    private static String firstLine(String words) {
        return words.lines().findFirst().orElse("");
    }

    /** etcd's words, and below them the transport's: "io exception" alone says nothing. */
    private static String words(Status status) {
        String words = status.getDescription() == null ? status.getCode().name() : firstLine(status.getDescription());
        Throwable root = status.getCause();
        while (root != null && root.getCause() != null) {
            root = root.getCause();
        }
        return root == null || root.getMessage() == null || words.contains(root.getMessage())
                ? words
                : words + ": " + root.getMessage();
    }
}
