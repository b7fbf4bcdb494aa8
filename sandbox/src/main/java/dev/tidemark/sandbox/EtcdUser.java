package dev.tidemark.sandbox;

/** A user of etcd's own authentication. */
public record EtcdUser(String name, String password) {
    /** Who may do everything, once authentication is on. */
    public static final EtcdUser ROOT = new EtcdUser("root", "root-secret");
}
