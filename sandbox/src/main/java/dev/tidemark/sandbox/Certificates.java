package dev.tidemark.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import okhttp3.tls.HeldCertificate;

/**
 * A certificate authority for tests, which keeps all files in one directory. Another instance is a foreign authority to
 * this one. Keys are RSA, in both forms that clients meet. Not thread-safe.
 */
public final class Certificates {
    private static final Duration LIFE = Duration.ofDays(30);

    private final Path directory;
    private final HeldCertificate authority;

    /** How a private key is written down. */
    public enum KeyForm {
        /** {@code BEGIN RSA PRIVATE KEY}. */
        PKCS1,
        /** {@code BEGIN PRIVATE KEY}. */
        PKCS8
    }

    /** Whether a certificate can still be used. */
    private enum Life {
        VALID,
        EXPIRED
    }

    private Certificates(Path directory) {
        this.directory = directory;
        this.authority = new HeldCertificate.Builder()
                .rsa2048()
                .certificateAuthority(0)
                .commonName("Tidemark test authority")
                .duration(LIFE.toDays(), TimeUnit.DAYS)
                .build();
        write(authorityFile(), authority.certificatePem());
    }

    /** Founds an authority; the directory is made if need be, and nothing else may stand there. */
    public static Certificates in(Path directory) {
        return new Certificates(Server.created(directory.toAbsolutePath()));
    }

    /** The authority's certificate, which whoever trusts it reads. */
    public Path authorityFile() {
        return directory.resolve("ca.pem");
    }

    /** A certificate for 127.0.0.1 and localhost, with its key in PKCS#8. */
    public PemFiles server(String name) {
        return issue(name, KeyForm.PKCS8, Life.VALID);
    }

    /** As {@link #server}, but it has expired a day ago. */
    public PemFiles expiredServer(String name) {
        return issue(name, KeyForm.PKCS8, Life.EXPIRED);
    }

    /** A client's certificate, whose common name etcd takes for the user's name. */
    public PemFiles client(String commonName, KeyForm form) {
        return issue(commonName, form, Life.VALID);
    }

    /** As {@link #client}, but it has expired a day ago. */
    public PemFiles expiredClient(String commonName, KeyForm form) {
        return issue(commonName, form, Life.EXPIRED);
    }

    /** Rotates: a new valid certificate with a new key of the same form, in the same files, each replaced at once. */
    public void renew(PemFiles files) {
        issue(nameOf(files), formOf(files), Life.VALID);
    }

    /** Rotates as {@link #renew}, to a certificate that has expired. */
    public void renewExpired(PemFiles files) {
        issue(nameOf(files), formOf(files), Life.EXPIRED);
    }

    private PemFiles issue(String commonName, KeyForm form, Life life) {
        long now = Instant.now().toEpochMilli();
        long end = life == Life.VALID
                ? now + LIFE.toMillis()
                : now - Duration.ofDays(1).toMillis();
        HeldCertificate held = new HeldCertificate.Builder()
                .rsa2048()
                .signedBy(authority)
                .commonName(commonName)
                .addSubjectAlternativeName("127.0.0.1")
                .addSubjectAlternativeName("localhost")
                .validityInterval(end - 2 * LIFE.toMillis(), end)
                .build();
        PemFiles files = new PemFiles(
                directory.resolve(commonName + ".pem"),
                directory.resolve(commonName + (form == KeyForm.PKCS1 ? ".pkcs1.key" : ".pkcs8.key")));
        write(files.key(), form == KeyForm.PKCS1 ? held.privateKeyPkcs1Pem() : held.privateKeyPkcs8Pem());
        write(files.certificate(), held.certificatePem());
        return files;
    }

    private static String nameOf(PemFiles files) {
        return files.certificate().getFileName().toString().replaceFirst("\\.pem$", "");
    }

    private static KeyForm formOf(PemFiles files) {
        return files.key().toString().endsWith(".pkcs1.key") ? KeyForm.PKCS1 : KeyForm.PKCS8;
    }

    private static void write(Path file, String pem) {
        try {
            Path fresh = Files.createTempFile(file.getParent(), "fresh", ".pem");
            Files.writeString(fresh, pem);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
