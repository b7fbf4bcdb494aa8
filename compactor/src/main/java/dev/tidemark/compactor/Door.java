package dev.tidemark.compactor;

import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/**
 * The only processor of the topology: hands each record to its partition's folder and returns. It never waits: a stall
 * here would abort Streams' own transaction, and the same record would come back for ever.
 */
final class Door implements Processor<byte[], byte[], Void, Void> {
    private final Intake intake;
    private ProcessorContext<Void, Void> context;
    private Intake.Lane lane;

    Door(Intake intake) {
        this.intake = intake;
    }

    @Override
    public void init(ProcessorContext<Void, Void> opened) {
        context = opened;
        lane = intake.open(opened.taskId().partition());
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        RecordMetadata place = context.recordMetadata()
                .orElseThrow(() -> new IllegalStateException("a record of a source topic has a place"));
        lane.offer(new LogRecord(
                place.offset(), LogRecord.UNKNOWN_EPOCH, record.timestamp(), record.key(), record.value()));
    }

    @Override
    public void close() {
        if (lane != null) {
            lane.close();
            lane = null;
        }
    }
}
