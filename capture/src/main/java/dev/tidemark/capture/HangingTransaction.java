package dev.tidemark.capture;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.TopicPartition;

/**
 * Finds and ends a transaction of this cluster's captors that the partition holds open although the broker's coordinator has done
 * with it: Kafka 4.3 forgets the marker of a decided transaction if the partition has no leader at the moment when a
 * restarted coordinator wants to write it. Nobody else would ever end it, and readers of committed records would stand
 * still there for ever. It is aborted, whatever was decided: no reader has seen its records, and capture takes them from
 * the source again.
 *
 * <p>Only a transaction of the given transactional id is touched, and only one that the coordinator no longer knows to be
 * open; so whoever calls this must have initialised that id beforehand.
 */
final class HangingTransaction {
    private final Admin admin;
    private final String transactionalId;

    HangingTransaction(Admin admin, String transactionalId) {
        this.admin = admin;
        this.transactionalId = transactionalId;
    }

    /** A transaction that hangs on a partition. */
    record Hanging(TopicPartition partition, ProducerState producer) {
        long startOffset() {
            return producer.currentTransactionStartOffset().orElseThrow();
        }
    }

    /**
     * The transactional id's transaction on the partition, if it hangs: open before and after the coordinator says that
     * nothing is. One that is alive is known to the coordinator before its first record stands, and until its marker does.
     *
     * @throws ExecutionException what Kafka answered instead
     */
    Optional<Hanging> on(TopicPartition partition) throws ExecutionException, InterruptedException {
        List<ProducerState> before = producers(partition);
        TransactionDescription known = admin.describeTransactions(List.of(transactionalId))
                .description(transactionalId)
                .get();
        if (!isDecided(known) || known.topicPartitions().contains(partition)) {
            return Optional.empty();
        }
        return producers(partition).stream()
                .filter(producer -> producer.producerId() == known.producerId())
                .filter(producer -> producer.currentTransactionStartOffset().isPresent())
                .filter(producer -> before.stream().anyMatch(earlier -> isSame(earlier, producer)))
                .findFirst()
                .map(producer -> new Hanging(partition, producer));
    }

    /**
     * Aborts it.
     *
     * @throws ExecutionException what Kafka answered instead, such as a missing right
     */
    void abort(Hanging hanging) throws ExecutionException, InterruptedException {
        ProducerState producer = hanging.producer;
        admin.abortTransaction(new AbortTransactionSpec(
                        hanging.partition,
                        producer.producerId(),
                        (short) producer.producerEpoch(),
                        producer.coordinatorEpoch().orElse(0)))
                .all()
                .get();
    }

    private List<ProducerState> producers(TopicPartition partition) throws ExecutionException, InterruptedException {
        return admin.describeProducers(List.of(partition))
                .partitionResult(partition)
                .get()
                .activeProducers();
    }

    private static boolean isDecided(TransactionDescription known) {
        return known.state() == TransactionState.EMPTY
                || known.state() == TransactionState.COMPLETE_COMMIT
                || known.state() == TransactionState.COMPLETE_ABORT;
    }

    private static boolean isSame(ProducerState one, ProducerState other) {
        return one.producerId() == other.producerId()
                && one.producerEpoch() == other.producerEpoch()
                && one.currentTransactionStartOffset().equals(other.currentTransactionStartOffset());
    }
}
