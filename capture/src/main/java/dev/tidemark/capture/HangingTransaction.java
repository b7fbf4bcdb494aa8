package dev.tidemark.capture;

import java.util.List;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends a transaction of this cluster's captors that the partition holds open although the broker's coordinator has done
 * with it: Kafka 4.3 forgets the marker of a decided transaction if the partition has no leader at the moment when a
 * restarted coordinator wants to write it. Nobody else would ever end it, and readers of committed records would stand
 * still there for ever. It is aborted, whatever was decided: no reader has seen its records, and capture takes them from
 * the source again.
 *
 * <p>Only a transaction of the given transactional id is touched, and only one that the coordinator no longer knows to be
 * open; so whoever calls this must have initialised that id beforehand.
 */
final class HangingTransaction {
    private static final Logger LOG = LoggerFactory.getLogger(HangingTransaction.class);

    private final Admin admin;
    private final String transactionalId;

    HangingTransaction(Admin admin, String transactionalId) {
        this.admin = admin;
        this.transactionalId = transactionalId;
    }

    /**
     * Aborts the transactional id's transaction on the partition, if it hangs.
     *
     * @throws ExecutionException what Kafka answered instead, such as a missing right
     */
    void endOn(TopicPartition partition) throws ExecutionException, InterruptedException {
        List<ProducerState> producers = admin.describeProducers(List.of(partition))
                .partitionResult(partition)
                .get()
                .activeProducers();
        TransactionDescription known = admin.describeTransactions(List.of(transactionalId))
                .description(transactionalId)
                .get();
        for (ProducerState producer : producers) {
            if (isHanging(producer, known, partition)) {
                LOG.warn(
                        "aborting a transaction on {} from offset {}: its end was lost by a broker that went away,"
                                + " its revisions are taken from the source again",
                        partition,
                        producer.currentTransactionStartOffset().orElseThrow());
                admin.abortTransaction(new AbortTransactionSpec(
                                partition,
                                producer.producerId(),
                                (short) producer.producerEpoch(),
                                producer.coordinatorEpoch().orElse(0)))
                        .all()
                        .get();
            }
        }
    }

    private static boolean isHanging(ProducerState producer, TransactionDescription known, TopicPartition partition) {
        boolean decided = known.state() == TransactionState.EMPTY
                || known.state() == TransactionState.COMPLETE_COMMIT
                || known.state() == TransactionState.COMPLETE_ABORT;
        return producer.currentTransactionStartOffset().isPresent()
                && producer.producerId() == known.producerId()
                && producer.producerEpoch() <= known.producerEpoch()
                && decided
                && !known.topicPartitions().contains(partition);
    }
}
