package dev.tidemark.sandbox.faults;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * The lines before the body of an HTTP/1.1 message.
 *
 * @param text all of it, with the empty line at its end
 */
record HttpHead(String text) {
    private static final int LONGEST = 64 << 10;

    /** The next head; empty where the stream ends before one begins. */
    static Optional<HttpHead> read(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int matched = 0;
        while (matched < 4) {
            int next = in.read();
            if (next < 0) {
                if (head.size() == 0) {
                    return Optional.empty();
                }
                throw new EOFException("in the middle of a head");
            }
            head.write(next);
            char expected = matched % 2 == 0 ? '\r' : '\n';
            matched = next == expected ? matched + 1 : next == '\r' ? 1 : 0;
            if (head.size() > LONGEST) {
                throw new IOException("a head of more than " + LONGEST + " bytes");
            }
        }
        return Optional.of(new HttpHead(head.toString(StandardCharsets.ISO_8859_1)));
    }

    byte[] bytes() {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** A word of the first line, from 0. */
    String word(int n) {
        return text.substring(0, text.indexOf("\r\n")).split(" ", -1)[n];
    }

    int status() {
        return Integer.parseInt(word(1));
    }

    Optional<String> field(String name) {
        String begin = name.toLowerCase(Locale.ROOT) + ":";
        return text.lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(begin))
                .map(line -> line.substring(begin.length()).trim())
                .findFirst();
    }

    boolean isChunked() {
        return field("Transfer-Encoding")
                .filter(coding -> coding.equalsIgnoreCase("chunked"))
                .isPresent();
    }

    boolean endsTheConnection() {
        return field("Connection")
                .filter(word -> word.equalsIgnoreCase("close"))
                .isPresent();
    }

    /** The body's length; 0 where nothing is said of it. */
    long length() {
        return field("Content-Length").map(Long::parseLong).orElse(0L);
    }

    /** The same with a body of that length, in one piece. */
    HttpHead withLength(long length) {
        StringBuilder head = new StringBuilder();
        text.lines()
                .filter(line -> !line.isEmpty())
                .filter(line -> !line.toLowerCase(Locale.ROOT).startsWith("transfer-encoding:"))
                .forEach(line -> head.append(line).append("\r\n"));
        return new HttpHead(head.append("Content-Length: ")
                .append(length)
                .append("\r\n\r\n")
                .toString());
    }
}
