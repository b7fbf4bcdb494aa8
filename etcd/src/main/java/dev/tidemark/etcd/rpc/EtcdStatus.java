package dev.tidemark.etcd.rpc;

/**
 * One member's state.
 *
 * @param header who answered, at which revision and term
 * @param version the member's version, such as {@code 3.6.16}
 * @param leaderId the leader as this member knows it, unsigned; 0 without one
 * @param dbSizeBytes the size of its database file, free pages included
 * @param dbSizeInUseBytes the part of it that holds data
 * @param role whether it votes
 */
public record EtcdStatus(
        EtcdHeader header, String version, long leaderId, long dbSizeBytes, long dbSizeInUseBytes, Role role) {
    /** What a member is in its cluster. */
    public enum Role {
        LEADER,
        FOLLOWER,
        LEARNER
    }

    /** The cluster's id, unsigned. */
    public long clusterId() {
        return header.clusterId();
    }

    /** The member's id, unsigned. */
    public long memberId() {
        return header.memberId();
    }

    /** The member's own store revision: a lagging member's is old. */
    public long revision() {
        return header.revision();
    }

    /** The raft term. */
    public long raftTerm() {
        return header.raftTerm();
    }
}
