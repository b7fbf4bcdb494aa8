package dev.tidemark.sandbox.faults;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.LongAdder;

/**
 * One way through a connection: bytes, and at last their end, arrive as they were sent, no sooner than the delay allows
 * and none while the way is stalled. Belongs to the proxy's thread.
 */
final class Flow {
    /** Bounds what a delayed way holds; a stalled one holds no more, for nothing is read then. */
    private static final int WINDOW = 4 << 20;

    private final SocketChannel from;
    private final SocketChannel to;
    private final Direction direction;
    private final Conditions conditions;
    private final LongAdder counter;
    private final Deque<Chunk> queue = new ArrayDeque<>();
    private int queued;
    private boolean ended;
    private boolean endPassedOn;

    /** Bytes on their way; none at all stand for the end. */
    private record Chunk(ByteBuffer bytes, long due, boolean isEnd) {}

    Flow(SocketChannel from, SocketChannel to, Direction direction, Conditions conditions, LongAdder counter) {
        this.from = from;
        this.to = to;
        this.direction = direction;
        this.conditions = conditions;
        this.counter = counter;
    }

    /** Reads and writes what goes without waiting; whether anything went. */
    boolean advance(ByteBuffer scratch, long now) throws IOException {
        boolean written = write(now);
        boolean read = wantsToRead() && read(scratch, now);
        return (read && write(now)) || written || read;
    }

    private boolean read(ByteBuffer scratch, long now) throws IOException {
        scratch.clear();
        int count = from.read(scratch);
        if (count == 0) {
            return false;
        }
        ended = count < 0;
        byte[] bytes = new byte[Math.max(0, count)];
        scratch.flip().get(bytes);
        queue.add(new Chunk(ByteBuffer.wrap(bytes), now + conditions.delayNanos(), ended));
        queued += bytes.length;
        return true;
    }

    private boolean write(long now) throws IOException {
        boolean any = false;
        while (isDue(now)) {
            Chunk head = queue.element();
            int count = to.write(head.bytes());
            queued -= count;
            counter.add(count);
            if (head.bytes().hasRemaining()) {
                return any || count > 0;
            }
            if (head.isEnd()) {
                to.shutdownOutput();
                endPassedOn = true;
            }
            queue.remove();
            any = true;
        }
        return any;
    }

    boolean wantsToRead() {
        return !ended && queued < WINDOW && !conditions.isStalled(direction);
    }

    /** Whether something could be written if the receiver took it. */
    boolean isDue(long now) {
        return !queue.isEmpty()
                && !conditions.isStalled(direction)
                && queue.element().due() - now <= 0;
    }

    /** When the next bytes become due; {@link Long#MAX_VALUE} nanoseconds from now if none wait for their time. */
    long nanosToNext(long now) {
        return queue.isEmpty() || conditions.isStalled(direction)
                ? Long.MAX_VALUE
                : Math.max(0, queue.element().due() - now);
    }

    boolean isOver() {
        return endPassedOn;
    }
}
