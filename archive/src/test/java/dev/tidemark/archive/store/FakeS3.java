package dev.tidemark.archive.store;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** A server that answers each request as it is told to, and remembers what it was asked. */
final class FakeS3 implements AutoCloseable {
    /** An answer: its status, and an XML document that may be empty. */
    record Answer(int status, String body) {
        static Answer error(int status, String code) {
            return new Answer(
                    status,
                    "<Error><Code>" + code + "</Code><Message>on purpose</Message><Resource>/</Resource></Error>");
        }
    }

    private final List<String> requests = new ArrayList<>();
    private final Function<String, Answer> answers;
    private final HttpServer server;

    /**
     * @param answers what is answered to a request such as {@code GET /bucket?lifecycle=}
     */
    FakeS3(Function<String, Answer> answers) throws IOException {
        this.answers = answers;
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    private synchronized void answer(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readAllBytes();
        String request = exchange.getRequestMethod() + " " + exchange.getRequestURI();
        requests.add(request);
        Answer answer = answers.apply(request);
        byte[] body = answer.body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/xml");
        exchange.getResponseHeaders().set("ETag", "\"x\"");
        exchange.sendResponseHeaders(answer.status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    synchronized List<String> requests() {
        return List.copyOf(requests);
    }

    /** An archive in it. */
    ArchiveSettings archive(String uri) {
        return ArchiveSettings.inS3(
                URI.create(uri),
                new ArchiveSettings.S3(
                        "http://127.0.0.1:" + server.getAddress().getPort(), "us-east-1", "key", "secret"));
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
