/**
 * From the topic to the archive: Kafka Streams hands over records, one folder a partition cuts them into intervals and
 * commits these as checkpoints. Opened by {@link dev.tidemark.compactor.Compactor}.
 */
package dev.tidemark.compactor;
