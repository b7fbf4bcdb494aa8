package dev.tidemark.archive.store;

import io.minio.AbortMultipartUploadArgs;
import io.minio.CreateMultipartUploadArgs;
import io.minio.GetBucketVersioningArgs;
import io.minio.GetObjectLockConfigurationArgs;
import io.minio.HeadBucketArgs;
import io.minio.ListMultipartUploadsArgs;
import io.minio.MinioAsyncClient;
import io.minio.UploadPartArgs;
import io.minio.messages.ListMultipartUploadsResult;
import io.minio.messages.ObjectLockConfiguration;
import io.minio.messages.VersioningConfiguration;
import java.io.Closeable;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What a bucket is like beyond what an archive asks of it: for {@code tidemark check --store} alone. A question that the
 * store does not answer, or not to this user, has no answer. Thread-safe.
 */
public final class BucketFacts implements Closeable {
    private static final long PATIENCE_SECONDS = 20;
    private static final int SMALLEST_PART = 5 << 20;

    private final String bucket;
    private final String prefix;
    private final S3Failures failures;
    private final MinioAsyncClient client;

    private BucketFacts(ArchiveSettings settings) {
        this.bucket = settings.uri().getHost();
        this.prefix = S3Store.prefix(settings.uri());
        this.failures = new S3Failures(settings.s3().endpoint(), bucket);
        this.client = S3Client.open(settings.s3());
    }

    /** The facts of an archive's bucket; empty for an archive in a directory. */
    public static Optional<BucketFacts> of(ArchiveSettings settings) {
        return "s3".equals(settings.uri().getScheme()) ? Optional.of(new BucketFacts(settings)) : Optional.empty();
    }

    /** By how much the store's clock is ahead of ours, as its answers are dated: to a second or so. */
    public Optional<Duration> clockAhead(InstantSource clock) {
        Instant asked = clock.instant();
        return answer(() -> client.headBucket(
                        HeadBucketArgs.builder().bucket(bucket).build()))
                .flatMap(head -> dated(head.headers().get("Date")))
                .map(dated -> {
                    Duration trip = Duration.between(asked, clock.instant());
                    // Dates are cut off to the second.
                    return Duration.between(asked.plus(trip.dividedBy(2)), dated.plusMillis(500));
                });
    }

    private static Optional<Instant> dated(String date) {
        try {
            return Optional.ofNullable(date).map(text -> ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant());
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    /** Whether the bucket keeps former versions: {@code Enabled}, {@code Suspended} or {@code Off}. */
    public Optional<String> versioning() {
        return answer(() -> client.getBucketVersioning(
                        GetBucketVersioningArgs.builder().bucket(bucket).build()))
                .map(VersioningConfiguration::status)
                .map(Object::toString)
                .map(status -> status.isEmpty() ? "Off" : status);
    }

    /**
     * What a bucket locks.
     *
     * @param everything whether it locks by itself what is written to it
     * @param words the same in a few words
     */
    public record ObjectLock(boolean everything, String words) {}

    /** What the bucket locks by itself. */
    public Optional<ObjectLock> objectLock() {
        try {
            ObjectLockConfiguration lock = await(() -> client.getObjectLockConfiguration(
                    GetObjectLockConfigurationArgs.builder().bucket(bucket).build()));
            return Optional.of(
                    lock.mode() == null
                            ? new ObjectLock(false, "possible, nothing is locked unless asked for")
                            : new ObjectLock(true, "every object, " + lock.mode() + " for " + lock.duration()));
        } catch (ExecutionException e) {
            return S3Failures.code(e).equals("ObjectLockConfigurationNotFoundError")
                    ? Optional.of(new ObjectLock(false, "none"))
                    : Optional.empty();
        } catch (TimeoutException e) {
            return Optional.empty();
        }
    }

    /**
     * What became of an upload in parts that was begun and broken off.
     *
     * @param begun whether the store took a part
     * @param why it did not; empty if it did
     * @param leftovers names with unfinished uploads that the store lists for the archive's prefix afterwards; empty if
     *     it lists none to this user
     */
    public record BrokenOff(boolean begun, String why, Optional<List<String>> leftovers) {}

    /** Begins an upload in parts under a name that nobody used before, and breaks it off. */
    public BrokenOff breakOff(String name) {
        String object = prefix + name;
        try {
            String upload = await(() -> client.createMultipartUpload(CreateMultipartUploadArgs.builder()
                            .bucket(bucket)
                            .object(object)
                            .build()))
                    .result()
                    .uploadId();
            boolean taken = false;
            try {
                uploadPart(object, upload);
                taken = true;
            } finally {
                if (!taken) {
                    abandon(object, upload);
                }
            }
            abort(object, upload);
        } catch (ExecutionException e) {
            return new BrokenOff(
                    false, failures.translate("upload in parts", name, e).getMessage(), Optional.empty());
        } catch (TimeoutException e) {
            return new BrokenOff(false, "no answer within " + PATIENCE_SECONDS + " s", Optional.empty());
        }
        return new BrokenOff(true, "", leftovers());
    }

    private void uploadPart(String object, String upload) throws ExecutionException, TimeoutException {
        byte[] part = new byte[SMALLEST_PART];
        await(() -> client.uploadPart(UploadPartArgs.builder()
                .bucket(bucket)
                .object(object)
                .uploadId(upload)
                .partNumber(1)
                .data(part, part.length)
                .build()));
    }

    private void abort(String object, String upload) throws ExecutionException, TimeoutException {
        await(() -> client.abortMultipartUpload(AbortMultipartUploadArgs.builder()
                .bucket(bucket)
                .object(object)
                .uploadId(upload)
                .build()));
    }

    /** Nobody else knows of the upload, and its parts would cost room for ever. */
    private void abandon(String object, String upload) {
        // An interrupt that ended the part must not end this too.
        boolean interrupted = Thread.interrupted();
        try {
            abort(object, upload);
        } catch (ExecutionException | TimeoutException | StoreUnavailableException e) {
            // What became of the part says more.
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private Optional<List<String>> leftovers() {
        return answer(() -> client.listMultipartUploads(ListMultipartUploadsArgs.builder()
                        .bucket(bucket)
                        .prefix(prefix)
                        .maxUploads(100)
                        .build()))
                .map(answer -> answer.result().uploads().stream()
                        .map(ListMultipartUploadsResult.Upload::objectName)
                        .toList());
    }

    private <T> Optional<T> answer(Question<T> question) {
        try {
            return Optional.ofNullable(await(question));
        } catch (ExecutionException | TimeoutException e) {
            return Optional.empty();
        }
    }

    private <T> T await(Question<T> question) throws ExecutionException, TimeoutException {
        try {
            return question.ask().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (io.minio.errors.MinioException e) {
            throw new ExecutionException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failures.unavailable("look at", "", e);
        }
    }

    /** A request to the client. */
    @FunctionalInterface
    private interface Question<T> {
        CompletableFuture<T> ask() throws io.minio.errors.MinioException;
    }

    @Override
    public void close() {
        client.close();
    }
}
