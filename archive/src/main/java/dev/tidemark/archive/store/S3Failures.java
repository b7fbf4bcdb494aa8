package dev.tidemark.archive.store;

import io.minio.errors.ErrorResponseException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** The one place where what the MinIO client throws becomes an error of the store. */
final class S3Failures {
    private static final Set<String> CREDENTIALS = Set.of(
            "AccessDenied",
            "InvalidAccessKeyId",
            "SignatureDoesNotMatch",
            "ExpiredToken",
            "InvalidTokenId",
            "AccountProblem");
    // What S3 answers when it could not do the work now; everything else below 500 stays wrong however often it is
    // asked.
    private static final Set<String> PASSING = Set.of(
            "RequestTimeout",
            "SlowDown",
            "SlowDownRead",
            "SlowDownWrite",
            "Throttling",
            "ConditionalRequestConflict",
            "OperationAborted",
            // What arrived was not what was sent.
            "BadDigest",
            "IncompleteBody",
            "XAmzContentSHA256Mismatch");
    // What S3 says of names that are not there. Any other word with this status was perhaps changed on its way.
    private static final Set<String> MISSING = Set.of(
            "NoSuchKey",
            "NoSuchBucket",
            "NoSuchUpload",
            "NoSuchVersion",
            "NoSuchLifecycleConfiguration",
            "ObjectLockConfigurationNotFoundError",
            "ResourceNotFound");
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int NOT_FOUND = 404;
    private static final int PRECONDITION_FAILED = 412;

    private final String endpoint;
    private final String bucket;

    S3Failures(String endpoint, String bucket) {
        this.endpoint = endpoint;
        this.bucket = bucket;
    }

    /** What a failed request means. */
    RuntimeException translate(String operation, String name, Throwable thrown) {
        Throwable cause = thrown;
        while ((cause instanceof ExecutionException || cause instanceof CompletionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof ErrorResponseException answer) {
            return answered(operation, name, answer);
        }
        return unavailable(operation, name, cause);
    }

    /** The S3 error code in what a request failed with; empty if the server gave none. */
    static String code(Throwable thrown) {
        for (Throwable at = thrown; at != null; at = at.getCause()) {
            if (at instanceof ErrorResponseException answer) {
                return String.valueOf(answer.errorResponse().code());
            }
        }
        return "";
    }

    /** Whether a condition of the request did not hold; by the status, which no flipped bit in the body changes. */
    static boolean isFailedCondition(Throwable thrown) {
        for (Throwable at = thrown; at != null; at = at.getCause()) {
            if (at instanceof ErrorResponseException answer) {
                return answer.response().code() == PRECONDITION_FAILED;
            }
        }
        return false;
    }

    /** Whether nobody was reached, or whoever was reached said nothing in time. */
    static boolean isSilence(StoreUnavailableException thrown) {
        for (Throwable at = thrown.getCause(); at != null; at = at.getCause()) {
            if (at instanceof InterruptedIOException
                    || at instanceof ConnectException
                    || at instanceof NoRouteToHostException
                    || at instanceof UnknownHostException) {
                return true;
            }
        }
        return false;
    }

    private RuntimeException answered(String operation, String name, ErrorResponseException answer) {
        String code = code(answer);
        int status = answer.response().code();
        if (code.equals("NoSuchKey")) {
            return new MissingObjectException(name, "bucket " + bucket + " at " + endpoint, answer);
        }
        if (code.equals("NoSuchBucket")) {
            return new StoreRefusedException(
                    "bucket " + bucket + " does not exist at " + endpoint,
                    "make it (mc mb ALIAS/" + bucket + ") or correct archive.uri",
                    answer);
        }
        if (CREDENTIALS.contains(code)) {
            return new StoreRefusedException(
                    what(operation, name) + " was refused: " + code,
                    "look at archive.s3.access.key, archive.s3.secret.key and what they may do in bucket " + bucket,
                    answer);
        }
        if (code.equals("RequestTimeTooSkewed")) {
            return new StoreRefusedException(
                    what(operation, name) + " was refused: this machine's clock and the store's differ too much",
                    "set the clocks right",
                    answer);
        }
        boolean garbled = status == NOT_FOUND && !MISSING.contains(code);
        if ((status >= 500 && status != 501) || status == TOO_MANY_REQUESTS || PASSING.contains(code) || garbled) {
            return unavailable(operation, name, answer);
        }
        return new StoreRefusedException(
                what(operation, name) + " was refused: " + code + " (HTTP " + status + ") "
                        + answer.errorResponse().message(),
                "look at archive.uri, archive.s3.endpoint and archive.s3.region",
                answer);
    }

    /** No usable answer. */
    StoreUnavailableException unavailable(String operation, String name, Throwable cause) {
        return new StoreUnavailableException(
                what(operation, name) + " got no usable answer: " + cause,
                "is the store running, and archive.s3.endpoint right? nothing is lost by trying again",
                cause);
    }

    private String what(String operation, String name) {
        return operation + " " + (name.isEmpty() ? "" : name + " ") + "in bucket " + bucket + " at " + endpoint;
    }
}
