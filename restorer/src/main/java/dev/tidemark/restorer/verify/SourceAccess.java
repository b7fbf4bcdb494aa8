package dev.tidemark.restorer.verify;

import dev.tidemark.etcd.rpc.EtcdSettings;
import java.util.List;

/**
 * How the source may be asked.
 *
 * @param members the configured members
 * @param stall which of them may be stopped for a moment
 */
public record SourceAccess(List<EtcdSettings> members, Stall stall) {
    /** Which members may be stopped: one that hashes its store, or reads it for a snapshot, takes no writes meanwhile. */
    public enum Stall {
        /** A follower; the leader only if it is alone. And not more often than once a minute. */
        FOLLOWERS,
        /** Any, at any time. */
        ANY
    }

    public SourceAccess {
        members = List.copyOf(members);
    }
}
