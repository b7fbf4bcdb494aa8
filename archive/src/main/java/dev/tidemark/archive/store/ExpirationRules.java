package dev.tidemark.archive.store;

import io.minio.GetBucketLifecycleArgs;
import io.minio.MinioAsyncClient;
import io.minio.messages.Filter;
import io.minio.messages.LifecycleConfiguration;
import io.minio.messages.Status;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The rules by which a bucket itself deletes objects: an archive that such a rule reaches loses what it promised. */
public final class ExpirationRules {
    private static final long PATIENCE_SECONDS = 5;

    private ExpirationRules() {}

    /**
     * The enabled rules that delete current objects below the archive's prefix, each described in a few words.
     *
     * @return empty if this user may not read them, or the store does not tell
     */
    public static Optional<List<String>> of(ArchiveSettings settings) {
        URI uri = settings.uri();
        if (!"s3".equals(uri.getScheme())) {
            return Optional.of(List.of());
        }
        String prefix = S3Store.prefix(uri);
        try (MinioAsyncClient client = S3Client.open(settings.s3())) {
            LifecycleConfiguration rules = client.getBucketLifecycle(GetBucketLifecycleArgs.builder()
                            .bucket(uri.getHost())
                            .build())
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            return Optional.of(
                    rules == null
                            ? List.of()
                            : rules.rules().stream()
                                    .filter(rule -> deletes(rule, prefix))
                                    .map(ExpirationRules::described)
                                    .toList());
        } catch (ExecutionException e) {
            return S3Failures.code(e).equals("NoSuchLifecycleConfiguration")
                    ? Optional.of(List.of())
                    : Optional.empty();
        } catch (TimeoutException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /** A rule reaches the archive from above it, or a part of it from below; what only begins alike is a neighbour. */
    private static boolean deletes(LifecycleConfiguration.Rule rule, String prefix) {
        LifecycleConfiguration.Expiration expiration = rule.expiration();
        boolean timed = expiration != null && (expiration.days() != null || expiration.date() != null);
        String of = prefix(rule.filter());
        return timed && rule.status() == Status.ENABLED && (of.startsWith(prefix) || prefix.startsWith(of));
    }

    private static String prefix(Filter filter) {
        if (filter == null) {
            return "";
        }
        String of = filter.andOperator() == null
                ? filter.prefix()
                : filter.andOperator().prefix();
        return of == null ? "" : of;
    }

    private static String described(LifecycleConfiguration.Rule rule) {
        String when = rule.expiration().days() == null
                ? "at " + rule.expiration().date()
                : "after " + rule.expiration().days() + " days";
        return "rule " + (rule.id() == null ? "without a name" : rule.id()) + " deletes "
                + (prefix(rule.filter()).isEmpty() ? "everything" : prefix(rule.filter()) + "*") + " " + when;
    }
}
