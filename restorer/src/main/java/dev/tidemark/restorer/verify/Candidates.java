package dev.tidemark.restorer.verify;

import dev.tidemark.etcd.rpc.EtcdClient;
import dev.tidemark.etcd.rpc.EtcdException;
import dev.tidemark.etcd.rpc.EtcdSettings;
import dev.tidemark.etcd.rpc.EtcdStatus;
import dev.tidemark.restorer.RestoreException;
import dev.tidemark.schemas.Failure;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** The source's members that may be asked for something that stops them: followers first, the leader if it must be. */
final class Candidates implements AutoCloseable {
    /** Measured: 825 MB in the page cache took 529 ms. */
    private static final double HASHED_BYTES_PER_MILLI = 1.56e6;

    private final List<Candidate> all = new ArrayList<>();

    /** A member that answers, and how it stands. */
    record Candidate(EtcdClient client, EtcdStatus status) {
        /** What an operator is told before it is asked. */
        String announcement(String what) {
            return what + " on " + status.role().name().toLowerCase(Locale.ROOT) + " " + client.endpoint()
                    + ": it takes no writes for about "
                    + Math.max(1, Math.round(status.dbSizeInUseBytes() / HASHED_BYTES_PER_MILLI)) + " ms ("
                    + status.dbSizeInUseBytes() / 1_000_000 + " MB in use), longer if they are not in its memory";
        }
    }

    private Candidates() {}

    /**
     * Those that may be asked, best first.
     *
     * @throws RestoreException of kind REFUSED if there are none but a leader that may not be stopped
     * @throws EtcdException if none answers
     */
    static Candidates of(SourceAccess source) {
        Candidates found = new Candidates();
        try {
            found.ask(source.members());
            found.choose(source.stall());
            return found;
        } catch (RuntimeException e) {
            found.close();
            throw e;
        }
    }

    private void ask(List<EtcdSettings> members) {
        EtcdException last = null;
        for (EtcdSettings member : members) {
            EtcdClient client = EtcdClient.open(member);
            try {
                all.add(new Candidate(client, client.status()));
            } catch (EtcdException e) {
                client.close();
                last = e;
            }
        }
        if (all.isEmpty()) {
            throw last;
        }
    }

    private void choose(SourceAccess.Stall stall) {
        all.removeIf(candidate -> {
            boolean learner = candidate.status.role() == EtcdStatus.Role.LEARNER;
            if (learner) {
                candidate.client.close();
            }
            return learner;
        });
        all.sort(Comparator.comparing(candidate -> candidate.status.role() == EtcdStatus.Role.LEADER));
        boolean leaderMay = stall == SourceAccess.Stall.ANY || isAlone();
        if (!leaderMay) {
            all.removeIf(candidate -> {
                boolean leader = candidate.status.role() == EtcdStatus.Role.LEADER;
                if (leader) {
                    candidate.client.close();
                }
                return leader;
            });
        }
        if (all.isEmpty()) {
            throw new RestoreException(
                    Failure.REFUSED,
                    "of the source's members only the leader answers, and it would take no writes meanwhile",
                    "name a follower in etcd.endpoints, or give --allow-stall");
        }
    }

    private boolean isAlone() {
        return all.size() == 1 && all.get(0).client.members().size() == 1;
    }

    List<Candidate> all() {
        return List.copyOf(all);
    }

    @Override
    public void close() {
        all.forEach(candidate -> candidate.client.close());
    }
}
