package dev.tidemark.compactor;

/** Where Streams delivers: one lane for each partition that this instance holds. */
interface Intake {
    /** Opens the lane of a partition that was assigned; a lane left open for the same partition is closed first. */
    Lane open(int partition);

    /** One partition's way in. Neither method ever waits. */
    interface Lane {
        /** Takes the next record of the partition. */
        void offer(LogRecord record);

        /** The partition was taken away. */
        void close();
    }
}
