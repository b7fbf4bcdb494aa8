package dev.tidemark.etcd.rpc;

import java.util.Objects;

/** A user of etcd and its password, which is never printed. */
public record EtcdCredentials(String username, String password) {
    public EtcdCredentials {
        Objects.requireNonNull(username, "username");
        Objects.requireNonNull(password, "password");
    }

    @Override
    public String toString() {
        return username + ":***";
    }
}
