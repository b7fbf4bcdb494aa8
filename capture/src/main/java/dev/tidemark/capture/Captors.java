package dev.tidemark.capture;

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

/**
 * Who belongs to the group of a cluster's captors, as its coordinator says: each is known by its client id, which ends
 * with {@code @host/instance}. Thread-safe.
 */
final class Captors implements Closeable {
    private final String group;
    private final String self;
    private final Admin admin;

    /**
     * The group at one moment.
     *
     * @param holder who was given the cluster; empty while the group settles, or if it has no member
     * @param waiting the other members
     */
    record Roll(Optional<String> holder, List<String> waiting) {}

    /** Opens a connection for the captor of this name. */
    Captors(CaptureSettings settings, String self) {
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
