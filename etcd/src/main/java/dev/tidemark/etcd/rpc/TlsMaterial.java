package dev.tidemark.etcd.rpc;

import dev.tidemark.etcd.rpc.EtcdSettings.TlsFiles;
import io.grpc.ChannelCredentials;
import io.grpc.TlsChannelCredentials;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;

/**
 * What the TLS files say at this moment. They are read whole and checked against each other before any connection uses
 * them, so that a rotation that is half done is told from a wrong certificate.
 */
final class TlsMaterial {
    private static final char[] IN_MEMORY = "in memory".toCharArray();
    private static final byte[] PROBE =
            "a certificate and its key".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    private final TlsFiles files;

    private TlsMaterial(TlsFiles files) {
        this.files = files;
    }

    /**
     * Reads the files for a channel.
     *
     * @throws EtcdException.Certificates if one of them cannot be used, or the key is not the certificate's
     */
    static ChannelCredentials read(TlsFiles files) {
        return new TlsMaterial(files).credentials();
    }

    private ChannelCredentials credentials() {
        TlsChannelCredentials.Builder builder = TlsChannelCredentials.newBuilder();
        if (files.ca().isPresent()) {
            Path ca = files.ca().get();
            try {
                builder.trustManager(authorities(certificates(ca)).getTrustManagers());
            } catch (IOException | GeneralSecurityException e) {
                throw unusable("etcd.tls.ca", ca, e);
            }
        }
        if (files.certificate().isPresent()) {
            builder.keyManager(identity(files.certificate().get(), files.key().orElseThrow())
                    .getKeyManagers());
        }
        return builder.build();
    }

    private static KeyManagerFactory identity(Path certificateFile, Path keyFile) {
        X509Certificate[] chain;
        try {
            chain = certificates(certificateFile).toArray(X509Certificate[]::new);
            demandValid(chain[0]);
        } catch (IOException | GeneralSecurityException e) {
            throw unusable("etcd.tls.cert", certificateFile, e);
        }
        try {
            PrivateKey key = PrivateKeyPem.read(Files.readString(keyFile));
            if (!belongTogether(key, chain[0].getPublicKey())) {
                throw new CertificateException("it is not the key of " + certificateFile);
            }
            KeyStore store = empty();
            store.setKeyEntry("client", key, IN_MEMORY, chain);
            KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            managers.init(store, IN_MEMORY);
            return managers;
        } catch (IOException | GeneralSecurityException e) {
            throw unusable("etcd.tls.key", keyFile, e);
        }
    }

    private static TrustManagerFactory authorities(Collection<X509Certificate> certificates)
            throws IOException, GeneralSecurityException {
        KeyStore store = empty();
        int number = 0;
        for (Certificate certificate : certificates) {
            store.setCertificateEntry("authority " + number++, certificate);
        }
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(store);
        return managers;
    }

    private static KeyStore empty() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static Collection<X509Certificate> certificates(Path file) throws IOException, GeneralSecurityException {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        Collection<X509Certificate> certificates =
                factory.generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file))).stream()
                        .map(X509Certificate.class::cast)
                        .toList();
        if (certificates.isEmpty()) {
            throw new CertificateException("it holds no whole certificate");
        }
        return certificates;
    }

    private static void demandValid(X509Certificate certificate) throws CertificateException {
        try {
            certificate.checkValidity();
        } catch (CertificateExpiredException e) {
            throw new CertificateException(
                    "the certificate of " + certificate.getSubjectX500Principal() + " expired at "
                            + certificate.getNotAfter().toInstant(),
                    e);
        }
    }

    private static boolean belongTogether(PrivateKey privateKey, PublicKey publicKey) throws GeneralSecurityException {
        if (!privateKey.getAlgorithm().equals(publicKey.getAlgorithm())) {
            return false;
        }
        String algorithm =
                switch (privateKey.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    default -> privateKey.getAlgorithm();
                };
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(privateKey);
        signature.update(PROBE);
        byte[] signed = signature.sign();
        signature.initVerify(publicKey);
        signature.update(PROBE);
        try {
            return signature.verify(signed);
        } catch (java.security.SignatureException otherCurve) {
            return false;
        }
    }

    private static EtcdException.Certificates unusable(String setting, Path file, Exception cause) {
        String why = cause instanceof IOException ? cause.toString() : cause.getMessage();
        return new EtcdException.Certificates(
                "the file " + file + " of " + setting + " cannot be used: " + why,
                "check etcd.tls.ca, etcd.tls.cert and etcd.tls.key: PEM files, readable for this user, the key unencrypted"
                        + " and the certificate's own",
                cause);
    }
}
