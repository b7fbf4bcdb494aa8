package dev.tidemark.sandbox.workload;

import dev.tidemark.sandbox.SandboxException;
import dev.tidemark.schemas.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Grants leases under ids that the caller chooses, which jetcd cannot: by etcd's own JSON gateway. Stateless. */
final class LeaseGateway {
    private static final Pattern ID = Pattern.compile("\"ID\":\"(-?\\d+)\"");
    private static final int PATIENCE_MILLIS = 60_000;

    private LeaseGateway() {}

    /** Grants the lease, which must not live now; it may have lived before. */
    static void grant(String endpoint, long id, long seconds) {
        try {
            String answer = post(endpoint + "/v3/lease/grant", "{\"ID\":\"%d\",\"TTL\":\"%d\"}".formatted(id, seconds));
            Matcher matcher = ID.matcher(answer);
            if (!matcher.find() || Long.parseLong(matcher.group(1)) != id) {
                throw failed(id, answer, null);
            }
        } catch (IOException e) {
            throw failed(id, e.toString(), e);
        }
    }

    private static String post(String url, String body) throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection) URI.create(url).toURL().openConnection();
        connection.setConnectTimeout(PATIENCE_MILLIS);
        connection.setReadTimeout(PATIENCE_MILLIS);
        connection.setDoOutput(true);
        try (OutputStream out = connection.getOutputStream()) {
            out.write(body.getBytes(StandardCharsets.UTF_8));
        }
        boolean granted = connection.getResponseCode() == HttpURLConnection.HTTP_OK;
        try (InputStream in = granted ? connection.getInputStream() : connection.getErrorStream()) {
            return in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static SandboxException failed(long id, String answer, IOException cause) {
        return new SandboxException(
                Failure.UNAVAILABLE, "etcd did not grant a lease under the id %x: %s".formatted(id, answer), "", cause);
    }
}
