package dev.tidemark.compactor;

import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.streams.Topology;

/** The topology: a source and a door. No state store: the topic is the buffer, the archive's head is the position. */
final class DoorTopology {
    private DoorTopology() {}

    static Topology create(String topic, Intake intake) {
        Topology topology = new Topology();
        topology.addSource("revisions", new ByteArrayDeserializer(), new ByteArrayDeserializer(), topic);
        topology.addProcessor("door", () -> new Door(intake), "revisions");
        return topology;
    }
}
