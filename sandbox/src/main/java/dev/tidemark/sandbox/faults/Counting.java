package dev.tidemark.sandbox.faults;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What a proxy counts. Thread-safe. */
record Counting(
        LongAdder accepted,
        LongAdder cut,
        LongAdder failed,
        AtomicInteger open,
        LongAdder bytesToServer,
        LongAdder bytesToClient) {
    Counting() {
        this(new LongAdder(), new LongAdder(), new LongAdder(), new AtomicInteger(), new LongAdder(), new LongAdder());
    }

    TcpProxy.Counters now() {
        return new TcpProxy.Counters(
                accepted.sum(), cut.sum(), failed.sum(), open.get(), bytesToServer.sum(), bytesToClient.sum());
    }
}
