package dev.tidemark.sandbox.faults;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/** One connection of a client to the proxy, and the one to the store behind it. One thread runs it; any may close it. */
final class S3Link implements Runnable, Closeable {
    private static final int BUFFER = 64 << 10;
    private static final int NO_CONTENT = 204;
    private static final int NO_OBJECT = 300;
    private static final int NOT_MODIFIED = 304;

    private final Socket client;
    private final int serverPort;
    private final Supplier<S3Plan> plan;
    private final S3Counting counting;
    private final byte[] buffer = new byte[BUFFER];
    private volatile Socket server;
    private InputStream fromClient;
    private InputStream fromServer;

    S3Link(Socket client, int serverPort, Supplier<S3Plan> plan, S3Counting counting) {
        this.client = client;
        this.serverPort = serverPort;
        this.plan = plan;
        this.counting = counting;
    }

    @Override
    public void run() {
        try {
            client.setTcpNoDelay(true);
            fromClient = new BufferedInputStream(client.getInputStream(), BUFFER);
            boolean more = true;
            while (more) {
                more = serve();
            }
        } catch (IOException gone) {
            reset(client);
        } finally {
            close();
        }
    }

    /** One request and its answer; false if the connection is over. */
    private boolean serve() throws IOException {
        HttpHead head = HttpHead.read(fromClient).orElse(null);
        if (head == null) {
            return false;
        }
        if (head.isChunked()) {
            throw new IOException("a request in chunks");
        }
        S3Request request =
                new S3Request(head.word(0), head.word(1), head.field("Range").orElse(""), head.length());
        S3Deed deed = plan.get().next(request);
        if (!deed.delay().isZero()) {
            counting.delayed();
            pause(deed);
        }
        return switch (deed.fault()) {
            case RESET -> {
                counting.done(request, S3Fault.RESET);
                reset(client);
                yield false;
            }
            case FAILED ->
                refuse(
                        request,
                        S3Fault.FAILED,
                        deed.where() < 0.5 ? "500 Internal Server Error" : "503 Service Unavailable",
                        deed.where() < 0.5 ? "InternalError" : "ServiceUnavailable");
            case THROTTLED -> refuse(request, S3Fault.THROTTLED, "503 Slow Down", "SlowDown");
            case NONE, CUT, CORRUPTED, LOST -> forward(head, request, deed);
        };
    }

    private static void pause(S3Deed deed) throws IOException {
        try {
            Thread.sleep(deed.delay().toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private boolean refuse(S3Request request, S3Fault fault, String status, String code) throws IOException {
        copy(fromClient, OutputStream.nullOutputStream(), request.bytes());
        counting.done(request, fault);
        String body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>" + code
                + "</Code><Message>on purpose</Message></Error>";
        String head = "HTTP/1.1 " + status + "\r\nContent-Type: application/xml\r\nRetry-After: 10\r\nContent-Length: "
                + body.length() + "\r\n\r\n";
        String answer = request.method().equals("HEAD") ? head : head + body;
        OutputStream out = client.getOutputStream();
        out.write(answer.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
        return true;
    }

    private boolean forward(HttpHead head, S3Request request, S3Deed deed) throws IOException {
        connect();
        OutputStream out = server.getOutputStream();
        out.write(head.bytes());
        if (deed.fault() == S3Fault.CUT && request.bytes() > 0) {
            copy(fromClient, out, (long) (request.bytes() * deed.where()));
            return cut(request, deed);
        }
        copy(fromClient, out, request.bytes());
        out.flush();
        return answer(request, deed);
    }

    private boolean answer(S3Request request, S3Deed deed) throws IOException {
        HttpHead head = nextAnswer();
        InputStream body = fromServer;
        if (head.isChunked()) {
            byte[] whole = Chunks.read(fromServer);
            head = head.withLength(whole.length);
            body = new ByteArrayInputStream(whole);
        }
        boolean bodiless =
                request.method().equals("HEAD") || head.status() == NO_CONTENT || head.status() == NOT_MODIFIED;
        long length = bodiless ? 0 : head.length();
        if (deed.fault() == S3Fault.LOST || (deed.fault() == S3Fault.CUT && length == 0)) {
            copy(body, OutputStream.nullOutputStream(), length);
            return cut(request, deed);
        }
        OutputStream out = client.getOutputStream();
        out.write(head.bytes());
        if (deed.fault() == S3Fault.CUT) {
            copy(body, out, (long) (length * deed.where()));
            return cut(request, deed);
        }
        if (deed.fault() == S3Fault.CORRUPTED && length > 0) {
            counting.done(request, S3Fault.CORRUPTED);
            if (request.readsAnObject() && head.status() < NO_OBJECT) {
                counting.corruptedRead(request);
            }
            long at = (long) (length * deed.where());
            copy(body, out, at);
            out.write(body.read() ^ 1 << (at % 8));
            copy(body, out, length - at - 1);
        } else {
            counting.done(request, S3Fault.NONE);
            copy(body, out, length);
        }
        out.flush();
        return !head.endsTheConnection();
    }

    private boolean cut(S3Request request, S3Deed deed) {
        counting.done(request, deed.fault());
        reset(server);
        reset(client);
        return false;
    }

    private HttpHead nextAnswer() throws IOException {
        while (true) {
            HttpHead head =
                    HttpHead.read(fromServer).orElseThrow(() -> new EOFException("the store closed the connection"));
            if (head.status() >= 200) {
                return head;
            }
            client.getOutputStream().write(head.bytes());
        }
    }

    private void connect() throws IOException {
        if (server == null) {
            server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
            server.setTcpNoDelay(true);
            fromServer = new BufferedInputStream(server.getInputStream(), BUFFER);
        }
    }

    private void copy(InputStream in, OutputStream out, long bytes) throws IOException {
        for (long left = bytes; left > 0; ) {
            int n = in.read(buffer, 0, (int) Math.min(buffer.length, left));
            if (n < 0) {
                throw new EOFException("in the middle of a body");
            }
            out.write(buffer, 0, n);
            left -= n;
        }
    }

    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException alreadyClosed) {
            // then there is nothing to reset
        }
    }

    @Override
    public void close() {
        try {
            client.close();
            if (server != null) {
                server.close();
            }
        } catch (IOException gone) {
            // the other side's troubles end here
        }
    }

    /** A body in chunks, put together. */
    private static final class Chunks {
        private Chunks() {}

        static byte[] read(InputStream in) throws IOException {
            ByteArrayOutputStream whole = new ByteArrayOutputStream();
            while (true) {
                int size = Integer.parseInt(line(in).split(";", 2)[0].trim(), 16);
                if (size == 0) {
                    while (!line(in).isEmpty()) {}
                    return whole.toByteArray();
                }
                whole.write(in.readNBytes(size));
                line(in);
            }
        }

        private static String line(InputStream in) throws IOException {
            StringBuilder line = new StringBuilder();
            for (int next = in.read(); next != '\n'; next = in.read()) {
                if (next < 0) {
                    throw new EOFException("in the middle of a chunk");
                }
                line.append((char) next);
            }
            return line.toString().trim();
        }
    }
}
