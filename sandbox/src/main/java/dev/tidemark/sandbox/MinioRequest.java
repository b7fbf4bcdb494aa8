package dev.tidemark.sandbox;

import dev.tidemark.schemas.Failure;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What MinIO's root asks of it, signed by version 4 of AWS' signatures.
 *
 * @param path with its slash
 * @param query one name without a value, or empty
 * @param headers those that the signature holds, in lower case, beside the usual ones
 */
record MinioRequest(String path, String query, Map<String, String> headers, byte[] body) {
    private static final String HMAC = "HmacSHA256";
    private static final String REGION = "us-east-1";

    static MinioRequest put(String path) {
        return new MinioRequest(path, "", Map.of(), new byte[0]);
    }

    MinioRequest withQuery(String name) {
        return new MinioRequest(path, name, headers, body);
    }

    MinioRequest withHeader(String name, String value) {
        return new MinioRequest(path, query, Map.of(name, value), body);
    }

    MinioRequest withBody(byte[] bytes) {
        return new MinioRequest(path, query, headers, bytes);
    }

    /** Asks, and takes nothing but success for an answer. */
    void sendTo(MinioServer minio) {
        try {
            HttpResponse<String> answer =
                    HttpClient.newHttpClient().send(signed(minio), HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw failed(answer.statusCode() + ": " + answer.body(), null);
            }
        } catch (IOException | GeneralSecurityException e) {
            throw failed(e.toString(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed("interrupted", e);
        }
    }

    private SandboxException failed(String problem, Exception cause) {
        return new SandboxException(
                Failure.UNAVAILABLE, "MinIO was asked PUT " + path + " and answers " + problem, "see its log", cause);
    }

    private HttpRequest signed(MinioServer minio) throws GeneralSecurityException {
        URI uri = URI.create(minio.endpoint() + path + (query.isEmpty() ? "" : "?" + query));
        String time = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").format(ZonedDateTime.now(ZoneOffset.UTC));
        String sum = sha256(body);
        TreeMap<String, String> all = new TreeMap<>(headers);
        all.put("x-amz-content-sha256", sum);
        all.put("x-amz-date", time);
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).PUT(HttpRequest.BodyPublishers.ofByteArray(body));
        all.forEach(request::header);
        all.put("host", uri.getAuthority());
        String names = String.join(";", all.keySet());
        String lines = all.entrySet().stream()
                .map(header -> header.getKey() + ":" + header.getValue())
                .collect(Collectors.joining("\n"));
        String canonical = String.join("\n", "PUT", path, query.isEmpty() ? "" : query + "=", lines, "", names, sum);
        String scope = time.substring(0, time.indexOf('T')) + "/" + REGION + "/s3/aws4_request";
        String text =
                "AWS4-HMAC-SHA256\n" + time + "\n" + scope + "\n" + sha256(canonical.getBytes(StandardCharsets.UTF_8));
        byte[] key = ("AWS4" + minio.secretKey()).getBytes(StandardCharsets.UTF_8);
        for (String part : scope.split("/", -1)) {
            key = hmac(key, part);
        }
        String signature = HexFormat.of().formatHex(hmac(key, text));
        return request.header(
                        "Authorization",
                        "AWS4-HMAC-SHA256 Credential=" + minio.accessKey() + "/" + scope + ", SignedHeaders=" + names
                                + ", Signature=" + signature)
                .build();
    }

    private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance(HMAC);
        mac.init(new SecretKeySpec(key, HMAC));
        return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String sha256(byte[] bytes) throws GeneralSecurityException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }
}
