package dev.tidemark.archive.store;

import dev.tidemark.archive.DamagedObjectException;
import io.minio.BucketExistsArgs;
import io.minio.GetObjectArgs;
import io.minio.GetObjectResponse;
import io.minio.GetObjectRetentionArgs;
import io.minio.HeadObjectArgs;
import io.minio.HeadObjectResponse;
import io.minio.Http;
import io.minio.ListObjectsV2Args;
import io.minio.MakeBucketArgs;
import io.minio.MinioAsyncClient;
import io.minio.PutObjectAPIArgs;
import io.minio.RemoveObjectArgs;
import io.minio.SetObjectRetentionArgs;
import io.minio.messages.Contents;
import io.minio.messages.ListBucketResultV2;
import io.minio.messages.Retention;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Objects in a bucket of S3 or MinIO, below a prefix. Every object is sent as one part. */
final class S3Store implements ObjectStore {
    private static final int PAGE = 1000;
    private static final int BUFFER = 64 << 10;

    /** What stores say of an object without a lock, and of a bucket that knows none. */
    private static final Set<String> NO_LOCK =
            Set.of("NoSuchObjectLockConfiguration", "InvalidRequest", "ObjectLockConfigurationNotFoundError");

    private final URI uri;
    private final String bucket;
    private final String prefix;
    private final MinioAsyncClient client;
    private final S3Failures failures;
    private final Retries retries;
    private volatile boolean closed;

    private S3Store(URI uri, String prefix, MinioAsyncClient client, S3Failures failures, Retries retries) {
        this.uri = uri;
        this.bucket = uri.getHost();
        this.prefix = prefix;
        this.client = client;
        this.failures = failures;
        this.retries = retries;
    }

    static S3Store open(ArchiveSettings settings) {
        URI uri = settings.uri();
        String prefix = prefix(uri);
        ArchiveSettings.S3 s3 = settings.s3();
        if (s3 == null || s3.accessKey().isEmpty() || s3.secretKey().isEmpty()) {
            throw new StoreRefusedException(
                    "archive " + uri + " without credentials",
                    "set archive.s3.endpoint, archive.s3.access.key and archive.s3.secret.key",
                    null);
        }
        S3Store store =
                new S3Store(uri, prefix, client(s3), new S3Failures(s3.endpoint(), uri.getHost()), Retries.standard());
        if (settings.missing() == MissingBucket.CREATE) {
            store.createBucket();
        }
        return store;
    }

    private static MinioAsyncClient client(ArchiveSettings.S3 s3) {
        try {
            return S3Client.open(s3);
        } catch (IllegalArgumentException e) {
            throw new StoreRefusedException(
                    "archive.s3.endpoint " + s3.endpoint() + " in region " + s3.region() + " cannot be right: "
                            + e.getMessage(),
                    "an endpoint is for example http://127.0.0.1:9000",
                    e);
        }
    }

    /** What stands before every name of an archive in its bucket: empty, or ends in a slash. */
    static String prefix(URI uri) {
        if (uri.getHost() == null) {
            throw ObjectStores.refused(uri, "no bucket");
        }
        try {
            BucketExistsArgs.builder().bucket(uri.getHost()).build();
        } catch (IllegalArgumentException e) {
            throw ObjectStores.refused(uri, e.getMessage());
        }
        String path = uri.getPath().replaceAll("^/+|/+$", "");
        if (path.isEmpty()) {
            return "";
        }
        try {
            ObjectNames.checkName(path);
        } catch (IllegalArgumentException e) {
            throw ObjectStores.refused(uri, e.getMessage());
        }
        return path + "/";
    }

    private void createBucket() {
        retries.run(() -> {
            boolean exists = await(
                    "look for bucket",
                    "",
                    () -> client.bucketExists(
                            BucketExistsArgs.builder().bucket(bucket).build()));
            if (!exists) {
                await(
                        "make bucket",
                        "",
                        () -> client.makeBucket(
                                MakeBucketArgs.builder().bucket(bucket).build()));
            }
            return null;
        });
    }

    @Override
    public void put(String name, Path file) {
        ObjectNames.checkName(name);
        // The server compares the sum with what arrived. The client would work it out too, but leave the file at its
        // end.
        Http.Headers headers = new Http.Headers(Http.Headers.X_AMZ_CONTENT_SHA256, sha256(file));
        retries.run(() -> {
            try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "r")) {
                PutObjectAPIArgs args = putArgs(name)
                        .file(bytes, bytes.length())
                        .headers(headers)
                        .build();
                return await("put", name, () -> client.putObject(args));
            } catch (IOException e) {
                throw new UncheckedIOException("reading " + file, e);
            }
        });
    }

    private static String sha256(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest sum = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[BUFFER];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                sum.update(buffer, 0, n);
            }
            return HexFormat.of().formatHex(sum.digest());
        } catch (IOException e) {
            throw new UncheckedIOException("reading " + file, e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    @Override
    public void put(String name, byte[] bytes) {
        ObjectNames.checkName(name);
        retries.run(() -> await(
                "put",
                name,
                () -> client.putObject(putArgs(name)
                        .data(bytes, bytes.length)
                        .headers(new Http.Headers())
                        .build())));
    }

    @Override
    public CreateOutcome createIfAbsent(String name, byte[] bytes) {
        ObjectNames.checkCreate(name, bytes);
        try {
            await(
                    "create",
                    name,
                    () -> client.putObject(putArgs(name)
                            .data(bytes, bytes.length)
                            .headers(new Http.Headers("If-None-Match", "*"))
                            .build()));
            return CreateOutcome.CREATED;
        } catch (StoreUnavailableException e) {
            return CreateOutcome.UNKNOWN;
        } catch (StoreRefusedException e) {
            if (S3Failures.isFailedCondition(e)) {
                return CreateOutcome.EXISTS;
            }
            throw e;
        }
    }

    @Override
    public byte[] get(String name) {
        ObjectNames.checkName(name);
        return retries.run(() -> readAll("get", name, getArgs(name).build()));
    }

    @Override
    public byte[] read(String name, long offset, int length) {
        ObjectNames.checkRange(name, offset, length);
        if (length == 0) {
            return new byte[0];
        }
        GetObjectArgs args = getArgs(name).offset(offset).length((long) length).build();
        byte[] bytes;
        try {
            bytes = retries.run(() -> readAll("read", name, args));
        } catch (StoreRefusedException e) {
            if (S3Failures.code(e).equals("InvalidRange")) {
                throw outside(name, offset, length, e);
            }
            throw e;
        }
        if (bytes.length != length) {
            throw outside(name, offset, length, null);
        }
        return bytes;
    }

    private static DamagedObjectException outside(String name, long offset, int length, Exception cause) {
        return new DamagedObjectException(
                name, "does not reach to the " + length + " bytes at " + offset + " that were asked for", cause);
    }

    private byte[] readAll(String operation, String name, GetObjectArgs args) {
        try (GetObjectResponse answer = await(operation, name, () -> client.getObject(args))) {
            return answer.readAllBytes();
        } catch (IOException e) {
            throw failures.unavailable(operation, name, e);
        }
    }

    @Override
    public InputStream open(String name) {
        ObjectNames.checkName(name);
        GetObjectArgs args = getArgs(name).build();
        return retries.run(() -> await("open", name, () -> client.getObject(args)));
    }

    @Override
    public List<ObjectInfo> list(String namePrefix, String startAfter, int max) {
        ObjectNames.checkList(namePrefix, startAfter, max);
        List<ObjectInfo> found = new ArrayList<>();
        ListObjectsV2Args.Builder args =
                ListObjectsV2Args.builder().bucket(bucket).prefix(prefix + namePrefix);
        if (!startAfter.isEmpty()) {
            args.startAfter(prefix + startAfter);
        }
        boolean more = true;
        while (more && found.size() < max) {
            ListObjectsV2Args next =
                    args.maxKeys(Math.min(PAGE, max - found.size())).build();
            String after =
                    found.isEmpty() ? startAfter : found.get(found.size() - 1).name();
            ListBucketResultV2 page = retries.run(() -> page(next, namePrefix, after));
            page.contents().forEach(item -> found.add(info(item)));
            // A page may be short, even empty, without being the last one. Only one with a successor has a token.
            more = page.nextContinuationToken() != null;
            if (more) {
                args.continuationToken(page.nextContinuationToken());
            }
        }
        return List.copyOf(found);
    }

    /** A listing has no checksum: what cannot be right came damaged, and is asked for again. */
    private ListBucketResultV2 page(ListObjectsV2Args args, String namePrefix, String after) {
        ListBucketResultV2 page =
                await("list", namePrefix, () -> client.listObjectsV2(args)).result();
        String last = after.isEmpty() ? "" : prefix + after;
        for (Contents item : page.contents()) {
            String name = item.objectName();
            if (!name.startsWith(prefix + namePrefix) || !isBefore(last, name)) {
                throw failures.unavailable(
                        "list",
                        namePrefix,
                        new IOException("the listing holds " + name + " after " + last
                                + ": it is not in the order of bytes, or was changed on its way"));
            }
            last = name;
        }
        return page;
    }

    private static boolean isBefore(String one, String other) {
        return Arrays.compareUnsigned(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8)) < 0;
    }

    private ObjectInfo info(Contents item) {
        return new ObjectInfo(
                item.objectName().substring(prefix.length()),
                item.size(),
                item.lastModified().toInstant());
    }

    @Override
    public Optional<ObjectInfo> stat(String name) {
        ObjectNames.checkName(name);
        HeadObjectArgs args =
                HeadObjectArgs.builder().bucket(bucket).object(prefix + name).build();
        try {
            HeadObjectResponse head = retries.run(() -> await("stat", name, () -> client.headObject(args)));
            return Optional.of(
                    new ObjectInfo(name, head.size(), head.lastModified().toInstant()));
        } catch (MissingObjectException e) {
            return Optional.empty();
        }
    }

    @Override
    public void delete(String name) {
        ObjectNames.checkName(name);
        RemoveObjectArgs args =
                RemoveObjectArgs.builder().bucket(bucket).object(prefix + name).build();
        retries.run(() -> await("delete", name, () -> client.removeObject(args)));
    }

    @Override
    public LockOutcome extendLock(String name, Instant enough, Instant until) {
        ObjectNames.checkName(name);
        Optional<Retention> lock = lock(name);
        if (lock.isEmpty()) {
            return LockOutcome.NOT_LOCKED;
        }
        if (!lock.get().retainUntilDate().toInstant().isBefore(enough)) {
            return LockOutcome.LONG_ENOUGH;
        }
        SetObjectRetentionArgs args = SetObjectRetentionArgs.builder()
                .bucket(bucket)
                .object(prefix + name)
                .config(new Retention(lock.get().mode(), until.atZone(ZoneOffset.UTC)))
                .build();
        retries.run(() -> await("lock", name, () -> client.setObjectRetention(args)));
        return LockOutcome.EXTENDED;
    }

    private Optional<Retention> lock(String name) {
        GetObjectRetentionArgs args = GetObjectRetentionArgs.builder()
                .bucket(bucket)
                .object(prefix + name)
                .build();
        try {
            return Optional.ofNullable(
                    retries.run(() -> await("look at the lock of", name, () -> client.getObjectRetention(args))));
        } catch (StoreRefusedException e) {
            if (NO_LOCK.contains(S3Failures.code(e))) {
                return Optional.empty();
            }
            throw e;
        }
    }

    @Override
    public URI uri() {
        return uri;
    }

    @Override
    public void close() {
        closed = true;
        client.close();
    }

    private PutObjectAPIArgs.Builder putArgs(String name) {
        return PutObjectAPIArgs.builder().bucket(bucket).object(prefix + name);
    }

    private GetObjectArgs.Builder getArgs(String name) {
        return GetObjectArgs.builder().bucket(bucket).object(prefix + name);
    }

    private <T> T await(String operation, String name, Request<T> request) {
        if (closed) {
            throw new IllegalStateException("the store is closed");
        }
        try {
            return request.send().get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failures.unavailable(operation, name, e);
        } catch (ExecutionException e) {
            throw failures.translate(operation, name, e);
        } catch (io.minio.errors.MinioException e) {
            throw failures.translate(operation, name, e);
        }
    }

    /** A request to the client. */
    @FunctionalInterface
    private interface Request<T> {
        CompletableFuture<T> send() throws io.minio.errors.MinioException;
    }
}
