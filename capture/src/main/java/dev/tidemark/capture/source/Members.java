package dev.tidemark.capture.source;

import dev.tidemark.capture.CaptureException;
import dev.tidemark.etcd.rpc.EtcdClient;
import dev.tidemark.etcd.rpc.EtcdException;
import dev.tidemark.etcd.rpc.EtcdHeader;
import dev.tidemark.etcd.rpc.EtcdSettings;
import dev.tidemark.schemas.Failure;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The source's members, tried one after the other; each connection stays with its member. Not thread-safe. */
public final class Members {
    private static final Logger LOG = LoggerFactory.getLogger(Members.class);

    private final List<EtcdSettings> members;
    private final Function<EtcdSettings, EtcdClient> connector;
    private int next;

    /** Connections, beginning with the first member. */
    public Members(List<EtcdSettings> members, Function<EtcdSettings, EtcdClient> connector) {
        this.members = members;
        this.connector = connector;
    }

    /** Other connections, beginning with the second member: what is compared then comes from two of them, if there are. */
    public static Members beside(List<EtcdSettings> members, Function<EtcdSettings, EtcdClient> connector) {
        Members beside = new Members(members, connector);
        beside.next = 1 % members.size();
        return beside;
    }

    /**
     * A member that answers with the cluster's quorum behind it.
     *
     * @param client the connection; the caller closes it
     * @param header what it answered
     */
    public record Reached(EtcdClient client, EtcdHeader header) {}

    /**
     * The next member that answers.
     *
     * @throws CaptureException UNAVAILABLE if none does
     * @throws EtcdException.Credentials if one refuses the user
     */
    public Reached reach() {
        EtcdException last = null;
        for (int tried = 0; tried < members.size(); tried++) {
            EtcdClient client = connector.apply(members.get(next));
            next = (next + 1) % members.size();
            try {
                return new Reached(client, client.linearizable());
            } catch (EtcdException.Unavailable e) {
                client.close();
                LOG.debug("{} does not answer", client.endpoint(), e);
                last = e;
            } catch (EtcdException e) {
                client.close();
                throw e;
            }
        }
        String all =
                members.stream().map(member -> member.endpoint().toString()).collect(Collectors.joining(", "));
        throw new CaptureException(
                Failure.UNAVAILABLE,
                "no member of the source answers (" + all + "): " + last.getMessage(),
                "check etcd.endpoints, and that the cluster has a quorum",
                last);
    }
}
