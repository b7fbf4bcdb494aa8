package dev.tidemark.archive.seal;

import com.google.crypto.tink.subtle.AesGcmJce;
import dev.tidemark.schemas.Failure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A key-encryption key: 32 random bytes in a file of its owner, as base64. It seals nothing but data keys. Its id is made
 * of it and gives nothing of it away, so a file of another key cannot pass for it. Thread-safe.
 */
public final class SealingKey {
    private static final int BYTES = 32;
    private static final int ID_BYTES = 8;
    private static final byte[] ID_TEXT = "tidemark key-encryption key".getBytes(StandardCharsets.US_ASCII);
    private static final Pattern ID = Pattern.compile("[0-9a-f]{16}");
    private static final String FORM = "32 random bytes as base64, as tidemark keys --new FILE makes them";

    private final String id;
    private final AesGcmJce cipher;

    private SealingKey(byte[] secret) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            id = HexFormat.of().formatHex(Arrays.copyOf(mac.doFinal(ID_TEXT), ID_BYTES));
            cipher = new AesGcmJce(secret);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has AES-GCM and HMAC-SHA256", e);
        }
    }

    /**
     * Reads a key.
     *
     * @throws SealingException if the file cannot be read or holds no key; nothing of what it holds is shown
     */
    public static SealingKey read(Path file) {
        byte[] secret;
        try {
            secret = Base64.getDecoder()
                    .decode(Files.readString(file, StandardCharsets.US_ASCII).strip());
        } catch (IOException | IllegalArgumentException e) {
            throw new SealingException(
                    e instanceof IOException
                            ? "the key file " + file + " cannot be read: "
                                    + e.getClass().getSimpleName()
                            : "the key file " + file + " holds no base64",
                    "it must be readable for this user and hold " + FORM);
        }
        if (secret.length != BYTES) {
            throw new SealingException(
                    "the key file " + file + " holds " + secret.length + " bytes, not " + BYTES,
                    "it must hold " + FORM);
        }
        return new SealingKey(secret);
    }

    /**
     * Makes a new key in a file that only its owner may read.
     *
     * @throws SealingException if the file is there already, or cannot be written
     */
    public static SealingKey create(Path file, SecureRandom random) {
        byte[] secret = new byte[BYTES];
        random.nextBytes(secret);
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(
                    file,
                    Base64.getEncoder().encodeToString(secret) + "\n",
                    StandardCharsets.US_ASCII,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.SYNC);
        } catch (FileAlreadyExistsException e) {
            throw new SealingException(
                    Failure.REFUSED, file + " exists: a key is never overwritten", "give another name", e);
        } catch (IOException | UnsupportedOperationException e) {
            file.toFile().delete();
            throw new SealingException(
                    Failure.USAGE,
                    "the key file " + file + " cannot be written: " + e,
                    "give a name in a directory of yours, on a file system that knows owners",
                    e);
        }
        return new SealingKey(secret);
    }

    /** Whether a text is the form of an id. */
    static boolean isId(String text) {
        return ID.matcher(text).matches();
    }

    /** The key's id: 16 hex digits. */
    public String id() {
        return id;
    }

    /** The secret, for the owner of a certain name alone. */
    byte[] wrap(byte[] secret, byte[] name) {
        try {
            return cipher.encrypt(secret, name);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a short text cannot be sealed", e);
        }
    }

    /** What was wrapped by this key for that name; empty if it was not, or is damaged. */
    Optional<byte[]> unwrap(byte[] wrapped, byte[] name) {
        try {
            return Optional.of(cipher.decrypt(wrapped, name));
        } catch (GeneralSecurityException e) {
            return Optional.empty();
        }
    }

    @Override
    public String toString() {
        return "key " + id;
    }
}
