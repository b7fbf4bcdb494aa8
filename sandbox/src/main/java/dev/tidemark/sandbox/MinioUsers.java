package dev.tidemark.sandbox;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * The users of a MinIO beside its root. Each has a policy of its own, and may do what that says and nothing else. They
 * come in by the way in which MinIO takes over users from another installation: it alone takes them in the clear.
 */
public final class MinioUsers {
    private static final String IMPORT = "/minio/admin/v3/import-iam";

    private MinioUsers() {}

    /** The secret key of a user; the access key is the user's name. */
    public static String secretKey(String name) {
        return name + "-secret";
    }

    /**
     * Makes users.
     *
     * @param policies what each may do, in JSON, by the user's name
     */
    public static void add(MinioServer minio, Map<String, String> policies) {
        try {
            MinioRequest.put(IMPORT).withBody(archive(policies)).sendTo(minio);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] archive(Map<String, String> policies) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes, StandardCharsets.UTF_8)) {
            entry(zip, "policies.json", object(policies, policies::get));
            entry(
                    zip,
                    "users.json",
                    object(policies, name -> "{\"secretKey\":\"" + secretKey(name) + "\",\"status\":\"enabled\"}"));
            entry(zip, "user_mappings.json", object(policies, name -> "{\"version\":1,\"policy\":\"" + name + "\"}"));
        }
        return bytes.toByteArray();
    }

    private static void entry(ZipOutputStream zip, String name, String content) throws IOException {
        zip.putNextEntry(new ZipEntry("iam-assets/" + name));
        zip.write(content.getBytes(StandardCharsets.UTF_8));
        zip.closeEntry();
    }

    private static String object(Map<String, String> policies, Function<String, String> value) {
        return policies.keySet().stream()
                .map(name -> "\"" + name + "\":" + value.apply(name))
                .collect(Collectors.joining(",", "{", "}"));
    }
}
