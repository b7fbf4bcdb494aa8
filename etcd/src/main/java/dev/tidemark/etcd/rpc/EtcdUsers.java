package dev.tidemark.etcd.rpc;

import java.util.Optional;

/**
 * The users of etcd that Tidemark acts as, so that neither has more rights than its calls need.
 *
 * @param watch for what capture does all the time: reads, watches, TTLs of leases; needs READ on all keys
 * @param admin for snapshots, hashes and the state of auth; needs the role {@code root}
 */
public record EtcdUsers(Optional<EtcdCredentials> watch, Optional<EtcdCredentials> admin) {
    /** No user: for an etcd without auth, or one that knows the client by its certificate. */
    public static final EtcdUsers NOBODY = new EtcdUsers(Optional.empty(), Optional.empty());

    /** One user for everything. */
    public static EtcdUsers both(EtcdCredentials user) {
        return new EtcdUsers(Optional.of(user), Optional.of(user));
    }

    /** Where only one user is given it does the other's work as well, as far as its rights go. */
    public EtcdUsers {
        Optional<EtcdCredentials> given = watch;
        watch = watch.isPresent() ? watch : admin;
        admin = admin.isPresent() ? admin : given;
    }
}
