package dev.tidemark.etcd.rpc;

import java.util.Optional;
import java.util.function.Supplier;

/** The token of one user: fetched when first needed, and again after the one in use died. Thread-safe. */
final class AuthToken {
    private final Supplier<Optional<String>> source;

    private Optional<String> token = Optional.empty();
    private boolean known;

    /** Takes new tokens from {@code source}, which gives none where no user is needed. */
    AuthToken(Supplier<Optional<String>> source) {
        this.source = source;
    }

    /** The token to send, if any. */
    synchronized Optional<String> current() {
        if (!known) {
            token = source.get();
            known = true;
        }
        return token;
    }

    /** Forgets {@code refused}, unless another thread has replaced it already. */
    synchronized void forget(Optional<String> refused) {
        if (token.equals(refused)) {
            known = false;
        }
    }
}
