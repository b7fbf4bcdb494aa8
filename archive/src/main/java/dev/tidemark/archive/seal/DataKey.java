package dev.tidemark.archive.seal;

import com.google.crypto.tink.subtle.AesGcmHkdfStreaming;
import com.google.crypto.tink.subtle.StreamSegmentDecrypter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Optional;

/** A key that seals objects; each object gets a key of its own, derived with a random salt. Thread-safe. */
final class DataKey {
    static final int BYTES = 32;

    private final String id;
    private final AesGcmHkdfStreaming cipher;

    DataKey(String id, byte[] secret) {
        this.id = id;
        try {
            cipher = new AesGcmHkdfStreaming(
                    secret, "HmacSha256", BYTES, SealedHeader.SEGMENT_BYTES, SealedHeader.OWN_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has AES-GCM and HMAC-SHA256", e);
        }
    }

    String id() {
        return id;
    }

    /** Seals bytes for an object of that name. */
    byte[] seal(String name, byte[] clear) {
        SealedHeader header = new SealedHeader(id, clear.length);
        ByteArrayOutputStream out = new ByteArrayOutputStream(Math.toIntExact(header.storedBytes()));
        try (OutputStream sealing = sealing(name, header, out)) {
            sealing.write(clear);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return out.toByteArray();
    }

    /** Seals a file for an object of that name into another file. */
    void seal(String name, Path clear, Path sealed) throws IOException {
        SealedHeader header = new SealedHeader(id, Files.size(clear));
        try (InputStream in = Files.newInputStream(clear);
                // Closed by itself: what closes the sealing stream writes first, and may fail with that.
                OutputStream out = Files.newOutputStream(sealed);
                OutputStream sealing = sealing(name, header, out)) {
            if (in.transferTo(sealing) != header.length()) {
                throw new IOException(clear + " changes while it is read");
            }
        }
    }

    private OutputStream sealing(String name, SealedHeader header, OutputStream out) throws IOException {
        byte[] own = header.encode();
        out.write(own);
        try {
            return cipher.newEncryptingStream(out, associated(own, name));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a stream cannot be sealed", e);
        }
    }

    /**
     * Opens whole segments that follow each other.
     *
     * @param head the object's first {@link SealedHeader#BYTES} bytes
     * @param first the first segment's number
     * @param sealed all of the segments; of segment 0 what is behind {@code head}
     * @return what is sealed in them; empty if any of it is not what was sealed under that name
     */
    Optional<byte[]> open(String name, SealedHeader header, byte[] head, long first, byte[] sealed) {
        if (sealed.length == 0) {
            // Of nothing there is a segment too, which proves it.
            return Optional.empty();
        }
        ByteBuffer in = ByteBuffer.wrap(sealed);
        ByteBuffer out = ByteBuffer.allocate(sealed.length);
        try {
            StreamSegmentDecrypter segments = cipher.newStreamSegmentDecrypter();
            segments.init(
                    ByteBuffer.wrap(head, SealedHeader.OWN_BYTES, SealedHeader.BYTES - SealedHeader.OWN_BYTES)
                            .slice(),
                    associated(header.encode(), name));
            long last = header.segments() - 1;
            for (long n = first; in.hasRemaining(); n++) {
                int bytes = SealedHeader.SEGMENT_BYTES - (n == 0 ? SealedHeader.BYTES : 0);
                ByteBuffer segment = in.slice(in.position(), Math.min(bytes, in.remaining()));
                in.position(in.position() + segment.remaining());
                segments.decryptSegment(segment, Math.toIntExact(n), n == last, out);
            }
        } catch (GeneralSecurityException e) {
            return Optional.empty();
        }
        return Optional.of(Arrays.copyOf(out.array(), out.position()));
    }

    private static byte[] associated(byte[] ownHeader, String name) {
        byte[] text = name.getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(ownHeader.length + text.length)
                .put(ownHeader)
                .put(text)
                .array();
    }
}
