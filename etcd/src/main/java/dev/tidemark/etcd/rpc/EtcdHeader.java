package dev.tidemark.etcd.rpc;

import dev.tidemark.etcd.rpc.proto.ResponseHeader;

/**
 * What every answer of etcd says about who answered, and when in its history.
 *
 * @param clusterId the cluster's id, an unsigned 64-bit number
 * @param memberId the answering member's id, an unsigned 64-bit number
 * @param revision the member's store revision at the answer; 0 where etcd leaves it out
 * @param raftTerm the raft term
 */
public record EtcdHeader(long clusterId, long memberId, long revision, long raftTerm) {
    static EtcdHeader of(ResponseHeader header) {
        return new EtcdHeader(header.getClusterId(), header.getMemberId(), header.getRevision(), header.getRaftTerm());
    }
}
