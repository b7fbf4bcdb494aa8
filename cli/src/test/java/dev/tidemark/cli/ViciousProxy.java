package dev.tidemark.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.tidemark.sandbox.MinioServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes a bad store of a good one: it passes on what clients ask for as requests of its own, signed anew, since what it
 * leaves out was signed.
 */
final class ViciousProxy implements AutoCloseable {
    /** What it does. */
    enum Vice {
        /** No condition reaches the store. */
        STRIPS_CONDITIONS,
        /** The first answer to a read is the answer to all later ones. */
        ANSWERS_STALE
    }

    private final MinioServer store;
    private final Vice vice;
    private final HttpServer server;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, HttpResponse<byte[]>> answered = new ConcurrentHashMap<>();

    ViciousProxy(MinioServer store, Vice vice) throws IOException {
        this.store = store;
        this.vice = vice;
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
        server.createContext("/", this::answer);
        server.setExecutor(threads);
        server.start();
    }

    String endpoint() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private void answer(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        String method = exchange.getRequestMethod();
        String what = method + " " + exchange.getRequestURI() + " "
                + exchange.getRequestHeaders().getFirst("Range");
        boolean remembered = vice == Vice.ANSWERS_STALE && !method.equals("PUT") && !method.equals("DELETE");
        HttpResponse<byte[]> answer =
                remembered ? answered.computeIfAbsent(what, key -> forward(exchange, body)) : forward(exchange, body);
        answer.headers().map().forEach((name, values) -> {
            if (!name.equalsIgnoreCase("content-length") && !name.equalsIgnoreCase("connection")) {
                exchange.getResponseHeaders().put(name, values);
            }
        });
        if (method.equals("HEAD")) {
            answer.headers().firstValue("content-length").ifPresent(length -> exchange.getResponseHeaders()
                    .set("Content-Length", length));
        }
        exchange.sendResponseHeaders(answer.statusCode(), answer.body().length == 0 ? -1 : answer.body().length);
        if (answer.body().length > 0) {
            exchange.getResponseBody().write(answer.body());
        }
        exchange.close();
    }

    private HttpResponse<byte[]> forward(HttpExchange exchange, byte[] body) {
        URI target = URI.create(store.endpoint() + exchange.getRequestURI());
        String date = exchange.getRequestHeaders().getFirst("x-amz-date");
        String hash = exchange.getRequestHeaders().getFirst("x-amz-content-sha256");
        HttpRequest.Builder request = HttpRequest.newBuilder(target)
                .method(exchange.getRequestMethod(), BodyPublishers.ofByteArray(body))
                .header("x-amz-date", date)
                .header("x-amz-content-sha256", hash)
                .header("Authorization", authorization(exchange.getRequestMethod(), target, date, hash));
        for (String kept : List.of("Range", "Content-Type", vice == Vice.STRIPS_CONDITIONS ? "" : "If-None-Match")) {
            String value = kept.isEmpty() ? null : exchange.getRequestHeaders().getFirst(kept);
            if (value != null) {
                request.header(kept, value);
            }
        }
        try {
            return client.send(request.build(), BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private String authorization(String method, URI target, String date, String hash) {
        String query = target.getRawQuery() == null
                ? ""
                : Arrays.stream(target.getRawQuery().split("&", -1))
                        .map(pair -> pair.contains("=") ? pair : pair + "=")
                        .sorted()
                        .collect(Collectors.joining("&"));
        String signed = "host;x-amz-content-sha256;x-amz-date";
        String canonical = String.join(
                "\n",
                method,
                target.getRawPath(),
                query,
                "host:" + target.getAuthority(),
                "x-amz-content-sha256:" + hash,
                "x-amz-date:" + date,
                "",
                signed,
                hash);
        String scope = date.substring(0, 8) + "/us-east-1/s3/aws4_request";
        String toSign = String.join("\n", "AWS4-HMAC-SHA256", date, scope, hex(sha256(canonical)));
        byte[] key = ("AWS4" + store.secretKey()).getBytes(StandardCharsets.UTF_8);
        for (String part : scope.split("/", -1)) {
            key = hmac(key, part);
        }
        return String.format(
                Locale.ROOT,
                "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s",
                store.accessKey(),
                scope,
                signed,
                hex(hmac(key, toSign)));
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
