package dev.tidemark.capture.topic;

import dev.tidemark.capture.CaptureException;
import dev.tidemark.capture.CaptureSettings;
import dev.tidemark.capture.Pause;
import dev.tidemark.schemas.Failure;
import java.io.Closeable;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who belongs to the group of a cluster's captors, as its coordinator says: each is known by its client id, which ends
 * with {@code @host/instance}; and so which of them holds the cluster. Thread-safe, but for {@link #tellHolderNowAndThen}.
 */
final class Captors implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(Captors.class);
    private static final Duration ASKING = Duration.ofSeconds(2);
    private static final Duration TELLING = Duration.ofMinutes(5);

    private final String cluster;
    private final String group;
    private final String self;
    private final Admin admin;

    // Used by the waiting thread, and by one answer at a time.
    private long wonderedAt = System.nanoTime() - ASKING.toNanos();
    private volatile long toldAt;
    private volatile String told = "";

    /**
     * The group at one moment.
     *
     * @param holder who was given the cluster; empty while the group settles, or if it has no member
     * @param waiting the other members
     */
    record Roll(Optional<String> holder, List<String> waiting) {}

    /** Opens a connection for the captor of this name. */
    Captors(CaptureSettings settings, String self) {
        this.cluster = settings.cluster();
        this.group = KafkaClients.captureId(settings);
        this.self = self;
        this.admin = Admin.create(KafkaClients.admin(settings));
    }

    /** How a captor is called: the host, so that an operator finds it, and the process's instance id. */
    static String nameOf(String instance) {
        return host() + "/" + instance;
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "unknown-host";
        }
    }

    /** The client id of the captor of this name in the group. */
    static String clientId(String base, String name) {
        return base + "@" + name;
    }

    private static String nameIn(String clientId) {
        return clientId.substring(clientId.lastIndexOf('@') + 1);
    }

    boolean isSelf(String name) {
        return name.equals(self);
    }

    /** Asks, without waiting for the answer. */
    CompletionStage<Roll> ask() {
        return admin.describeConsumerGroups(List.of(group))
                .describedGroups()
                .get(group)
                .toCompletionStage()
                .thenApply(Captors::roll);
    }

    /**
     * Asks, and waits for the answer.
     *
     * @throws CaptureException UNAVAILABLE if Kafka gives none
     */
    Roll now() {
        try {
            return ask().toCompletableFuture().get();
        } catch (ExecutionException | KafkaException e) {
            Throwable cause = e instanceof ExecutionException ? e.getCause() : e;
            throw new CaptureException(
                    Failure.UNAVAILABLE,
                    "Kafka does not tell who is in group " + group + ": " + cause.getMessage(),
                    "check that the brokers run",
                    cause);
        } catch (InterruptedException e) {
            throw Pause.interrupted(e);
        }
    }

    /**
     * Makes sure, by the coordinator's own word, that this captor holds the cluster: what a stopped process remembers is
     * worth nothing. To be called before the transactional id is taken.
     *
     * @throws CaptureException FENCED if another one holds it, UNAVAILABLE if that cannot be told now
     */
    void requireHeld() {
        Optional<String> other = otherHolder();
        if (other.isPresent()) {
            throw heldBy(other.get());
        }
    }

    /**
     * Who holds the cluster instead of this captor, by the coordinator's own word; empty if this captor does.
     *
     * @throws CaptureException UNAVAILABLE if that cannot be told now
     */
    Optional<String> otherHolder() {
        String holder = now().holder()
                .orElseThrow(() -> new CaptureException(
                        Failure.UNAVAILABLE,
                        "group " + group + " does not say yet who captures cluster " + cluster,
                        ""));
        return Optional.of(holder).filter(name -> !isSelf(name));
    }

    /** What is to be said when another captor holds the cluster. */
    CaptureException heldBy(String other) {
        return new CaptureException(
                Failure.FENCED,
                "another instance (" + other + ") captures cluster " + cluster + " now",
                "start this one again: it waits as a standby");
    }

    /** Asks now and then who holds the cluster instead of this captor, and says it in the log. One thread calls this. */
    void tellHolderNowAndThen() {
        if (System.nanoTime() - wonderedAt < ASKING.toNanos()) {
            return;
        }
        wonderedAt = System.nanoTime();
        ask().whenComplete((roll, error) -> {
            if (error == null) {
                roll.holder().filter(holder -> !isSelf(holder)).ifPresent(this::tell);
            }
        });
    }

    /** Who holds the cluster, as the group last said; empty if that is not known. */
    String told() {
        return told;
    }

    private void tell(String holder) {
        if (!holder.equals(told) || System.nanoTime() - toldAt > TELLING.toNanos()) {
            told = holder;
            toldAt = System.nanoTime();
            LOG.info("{} captures cluster {}; this captor ({}) stands by", holder, cluster, self);
        }
    }

    private static Roll roll(ConsumerGroupDescription description) {
        Optional<String> holder = Optional.empty();
        List<String> waiting = new ArrayList<>();
        for (MemberDescription member : description.members()) {
            if (member.assignment().topicPartitions().isEmpty()) {
                waiting.add(nameIn(member.clientId()));
            } else {
                holder = Optional.of(nameIn(member.clientId()));
            }
        }
        return new Roll(holder, waiting);
    }

    @Override
    public void close() {
        admin.close(Duration.ZERO);
    }
}
