package dev.tidemark.sandbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** A MinIO with one drive, random credentials and the region us-east-1. */
public final class MinioServer extends Server {
    private static final Duration START = Duration.ofSeconds(30);

    private final Located located;
    private final String accessKey = randomHex(8);
    private final String secretKey = randomHex(20);
    private final int port = FreePorts.next();

    private MinioServer(Located located, ServerDirectory directory) {
        super("MinIO", directory, START);
        this.located = located;
    }

    /** Starts an empty MinIO. */
    public static MinioServer launch() {
        Located located = executable();
        return started(new MinioServer(located, ServerDirectory.temporary("minio")));
    }

    /** Starts a MinIO whose data stay in the given directory; goes on with data of an earlier start. */
    public static MinioServer launchIn(Path directory) {
        Located located = executable();
        return started(new MinioServer(located, ServerDirectory.given(directory)));
    }

    /** Asked for before a directory is made, so that none is left behind where there is no MinIO. */
    private static Located executable() {
        return ServerLocator.local().locate(PinnedServer.minio());
    }

    /** Makes a bucket if it is not there: on a single drive that is a directory, so no S3 client is needed. */
    public MinioServer withBucket(String bucket) {
        created(dataDirectory().resolve(bucket));
        return this;
    }

    /** Makes a bucket with Object Lock that locks every object for a day, in governance mode. */
    public MinioServer withLockingBucket(String bucket) {
        MinioRequest.put("/" + bucket)
                .withHeader("x-amz-bucket-object-lock-enabled", "true")
                .sendTo(this);
        String rule = "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention>"
                + "<Mode>GOVERNANCE</Mode><Days>1</Days></DefaultRetention></Rule></ObjectLockConfiguration>";
        MinioRequest.put("/" + bucket)
                .withQuery("object-lock")
                .withBody(rule.getBytes(StandardCharsets.UTF_8))
                .sendTo(this);
        return this;
    }

    @Override
    List<String> command() {
        return List.of(
                located.executable("minio").toString(),
                "server",
                "--quiet",
                "--address=127.0.0.1:" + port,
                created(dataDirectory()).toString());
    }

    @Override
    Map<String, String> environment() {
        return Map.of(
                "MINIO_ROOT_USER",
                accessKey,
                "MINIO_ROOT_PASSWORD",
                secretKey,
                "MINIO_BROWSER",
                "off",
                "MINIO_UPDATE",
                "off",
                "HOME",
                path().toString());
    }

    @Override
    boolean isReady() throws IOException {
        Http.get(endpoint() + "/minio/health/ready");
        return true;
    }

    /** The S3 endpoint, such as {@code http://127.0.0.1:19000}. */
    public String endpoint() {
        return "http://127.0.0.1:" + port;
    }

    public String accessKey() {
        return accessKey;
    }

    public String secretKey() {
        return secretKey;
    }

    /** Where the executable stands. */
    public Located located() {
        return located;
    }

    /** The drive: every object is a directory here, for tests that damage one. */
    public Path dataDirectory() {
        return path().resolve("data");
    }

    private static String randomHex(int bytes) {
        byte[] random = new byte[bytes];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }
}
