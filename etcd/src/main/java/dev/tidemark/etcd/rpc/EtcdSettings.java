package dev.tidemark.etcd.rpc;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * How one etcd member is reached.
 *
 * @param endpoint {@code http://host:port} or {@code https://host:port} of one member
 * @param users whom to authenticate as, if the source asks for it
 * @param tls PEM files for {@code https}; without a certificate authority the JVM's own are trusted
 * @param callTimeout how long a short call may take, connecting included
 * @param stallTimeout how long a stream of data, or a hash over the whole store, may show no progress
 */
public record EtcdSettings(
        URI endpoint, EtcdUsers users, Optional<TlsFiles> tls, Duration callTimeout, Duration stallTimeout) {
    private static final int CLIENT_PORT = 2379;

    /**
     * PEM files, read anew for every client; the certificate and the key go together. The key is in PKCS#8, PKCS#1
     * (RSA) or SEC1 (EC), unencrypted.
     */
    public record TlsFiles(Optional<Path> ca, Optional<Path> certificate, Optional<Path> key) {
        /** The JVM's authorities, and no certificate of our own. */
        static final TlsFiles NONE = new TlsFiles(Optional.empty(), Optional.empty(), Optional.empty());

        public TlsFiles {
            if (certificate.isPresent() != key.isPresent()) {
                throw new IllegalArgumentException("a client certificate and its key go together");
            }
        }
    }

    public EtcdSettings {
        Objects.requireNonNull(users, "users");
        Objects.requireNonNull(tls, "tls");
        if (endpoint.getUserInfo() != null) {
            // not printed: it may be a password
            throw new IllegalArgumentException(
                    "an endpoint names no user: users and passwords are settings of their own");
        }
        String scheme = endpoint.getScheme();
        if (endpoint.getHost() == null || !("http".equals(scheme) || "https".equals(scheme))) {
            throw new IllegalArgumentException("an endpoint is http(s)://host:port of one member, not " + endpoint);
        }
        if (callTimeout.isNegative() || callTimeout.isZero() || stallTimeout.compareTo(callTimeout) < 0) {
            throw new IllegalArgumentException("timeouts of " + callTimeout + " and " + stallTimeout);
        }
    }

    /** The usual settings for an endpoint: no user, no files, 5 s for a call, 60 s for a stall. */
    public static EtcdSettings of(String endpoint) {
        return new EtcdSettings(
                URI.create(endpoint),
                EtcdUsers.NOBODY,
                Optional.empty(),
                Duration.ofSeconds(5),
                Duration.ofSeconds(60));
    }

    /** The same with one user for everything. */
    public EtcdSettings withCredentials(EtcdCredentials user) {
        return withUsers(EtcdUsers.both(user));
    }

    /** The same with users. */
    public EtcdSettings withUsers(EtcdUsers others) {
        return new EtcdSettings(endpoint, others, tls, callTimeout, stallTimeout);
    }

    /** The same with TLS files. */
    public EtcdSettings withTls(TlsFiles files) {
        return new EtcdSettings(endpoint, users, Optional.of(files), callTimeout, stallTimeout);
    }

    /** The same with other timeouts. */
    public EtcdSettings withTimeouts(Duration call, Duration stall) {
        return new EtcdSettings(endpoint, users, tls, call, stall);
    }

    boolean isEncrypted() {
        return "https".equals(endpoint.getScheme());
    }

    String host() {
        String host = endpoint.getHost();
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    int port() {
        return endpoint.getPort() < 0 ? CLIENT_PORT : endpoint.getPort();
    }
}
