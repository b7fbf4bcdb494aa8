package dev.tidemark.etcd.rpc;

import java.util.List;

/**
 * A member as the cluster lists it.
 *
 * @param id the member's id, unsigned
 * @param name its name; empty before it first started
 * @param clientUrls where clients reach it
 */
public record EtcdMember(long id, String name, List<String> clientUrls) {
    public EtcdMember {
        clientUrls = List.copyOf(clientUrls);
    }
}
