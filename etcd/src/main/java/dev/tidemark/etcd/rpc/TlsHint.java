package dev.tidemark.etcd.rpc;

import io.grpc.Status;
import java.security.cert.CertificateException;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** What to do when the two sides of a connection do not accept each other. */
final class TlsHint {
    private TlsHint() {}

    /** The hint, if a status comes of TLS at all. */
    static Optional<String> of(Status status) {
        String words = words(status);
        if (words.contains("not an ssl/tls record") || words.contains("closed while performing tls")) {
            return Optional.of(
                    "that port does not speak TLS: use http:// in etcd.endpoints, or let etcd serve TLS there");
        }
        if (!isTls(status.getCause())) {
            return Optional.empty();
        }
        if (words.contains("alert") || words.contains("certificate_required") || words.contains("bad_certificate")) {
            return Optional.of(
                    "etcd refuses the client's certificate: etcd.tls.cert and etcd.tls.key must be signed by an"
                            + " authority that etcd trusts (its --trusted-ca-file), and be valid for client authentication");
        }
        if (words.contains("validity check failed") || words.contains("notafter") || words.contains("expired")) {
            return Optional.of(
                    "the member's certificate is expired, or this machine's clock is wrong: renew it on the member");
        }
        if (words.contains("subject alternative") || words.contains("no name matching")) {
            return Optional.of("the member's certificate is for other names: use one of them in etcd.endpoints");
        }
        return Optional.of(
                "the member's certificate is not trusted: etcd.tls.ca must hold the authority that signed it (its --cert-file)");
    }

    private static boolean isTls(Throwable cause) {
        for (Throwable t = cause; t != null; t = t.getCause()) {
            if (t instanceof SSLException || t instanceof CertificateException) {
                return true;
            }
        }
        return false;
    }

    private static String words(Status status) {
        StringBuilder words = new StringBuilder(String.valueOf(status.getDescription()));
        for (Throwable t = status.getCause(); t != null; t = t.getCause()) {
            words.append(' ').append(t);
        }
        return words.toString().toLowerCase(Locale.ROOT);
    }
}
