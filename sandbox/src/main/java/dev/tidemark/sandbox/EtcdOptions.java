package dev.tidemark.sandbox;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How an etcd is started.
 *
 * @param flags come last and win over the sandbox's own
 * @param tls absent: plain
 */
public record EtcdOptions(EtcdVersion version, List<String> flags, Optional<EtcdTls> tls) {
    public EtcdOptions {
        flags = List.copyOf(flags);
    }

    /** Plain, with further flags, such as {@code --max-txn-ops=10000}. */
    public static EtcdOptions of(EtcdVersion version, String... flags) {
        return new EtcdOptions(version, List.of(flags), Optional.empty());
    }

    public EtcdOptions withTls(EtcdTls other) {
        return new EtcdOptions(version, flags, Optional.of(other));
    }

    public EtcdOptions withFlag(String flag) {
        List<String> more = new ArrayList<>(flags);
        more.add(flag);
        return new EtcdOptions(version, more, tls);
    }

    /** Simple tokens that die after a time without use, in whole seconds; 5 minutes otherwise. */
    public EtcdOptions withTokenLife(Duration time) {
        return withFlag("--auth-token-ttl=" + time.toSeconds());
    }

    /** Signed tokens that die after a time, however much they are used, and at every change of users or roles. */
    public EtcdOptions withJwt(PemFiles signer, Duration time) {
        return withFlag("--auth-token=jwt,pub-key=%s,priv-key=%s,sign-method=RS256,ttl=%ds"
                .formatted(signer.certificate(), signer.key(), time.toSeconds()));
    }

    String scheme() {
        return tls.isPresent() ? "https" : "http";
    }
}
