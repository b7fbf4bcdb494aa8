package dev.tidemark.cli.metrics;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.tidemark.cli.settings.Known;
import dev.tidemark.cli.settings.SettingsException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Answers {@code /metrics} and {@code /health} over HTTP until it is closed; the monitor is closed with it. */
public final class MetricsServer implements Showing {
    private static final int THREADS = 2;
    private static final int BACKLOG = 16;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpServer server;
    private final ExecutorService threads;
    private final Monitor monitor;

    /** What is answered. */
    private record Answer(int status, String type, String body) {}

    /** Where an answer comes from. */
    private interface Page {
        Answer answer() throws IOException;
    }

    private MetricsServer(HttpServer server, Monitor monitor) {
        this.server = server;
        this.monitor = monitor;
        this.threads = Executors.newFixedThreadPool(THREADS, task -> {
            Thread thread = new Thread(task, "tidemark-metrics");
            thread.setDaemon(true);
            return thread;
        });
        server.setExecutor(threads);
        server.createContext("/metrics", exchange -> serve(exchange, "/metrics", this::metrics));
        server.createContext("/health", exchange -> serve(exchange, "/health", this::health));
    }

    @Override
    public void start() {
        server.start();
    }

    /**
     * Opens the port.
     *
     * @throws SettingsException if it cannot be opened
     */
    public static MetricsServer open(String host, int port, Monitor monitor) {
        try {
            InetSocketAddress address = new InetSocketAddress(host, port);
            if (address.isUnresolved()) {
                throw new IOException("nobody knows that name");
            }
            return new MetricsServer(HttpServer.create(address, BACKLOG), monitor);
        } catch (IOException e) {
            monitor.close();
            throw SettingsException.unusable(Known.METRICS_PORT, host + ":" + port, e);
        }
    }

    private Answer metrics() {
        return new Answer(200, "text/plain; version=0.0.4; charset=utf-8", monitor.scrape());
    }

    private Answer health() throws IOException {
        Health health = monitor.health();
        return new Answer(
                health.ok() ? 200 : 503, "application/json", JSON.writeValueAsString(health.document()) + "\n");
    }

    private static void serve(HttpExchange exchange, String path, Page page) throws IOException {
        try (exchange) {
            Answer answer = answer(exchange, path, page);
            byte[] body = answer.body.getBytes(StandardCharsets.UTF_8);
            boolean head = "HEAD".equals(exchange.getRequestMethod());
            exchange.getResponseHeaders().set("Content-Type", answer.type);
            exchange.sendResponseHeaders(answer.status, head ? -1 : body.length);
            if (!head) {
                exchange.getResponseBody().write(body);
            }
        }
    }

    private static Answer answer(HttpExchange exchange, String path, Page page) throws IOException {
        // contexts answer for everything below them too
        if (!exchange.getRequestURI().getPath().equals(path)) {
            return new Answer(404, "text/plain", "there are /metrics and /health\n");
        }
        if (!"GET".equals(exchange.getRequestMethod()) && !"HEAD".equals(exchange.getRequestMethod())) {
            return new Answer(405, "text/plain", "only GET\n");
        }
        return page.answer();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
        monitor.close();
    }
}
