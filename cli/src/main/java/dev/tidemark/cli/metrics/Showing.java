package dev.tidemark.cli.metrics;

/** Something that shows, from its start until it is closed, how the services of this process stand. */
public interface Showing extends AutoCloseable {
    /** Shows nothing. */
    static Showing nothing() {
        return new Showing() {
            @Override
            public void start() {}

            @Override
            public void close() {}
        };
    }

    /** Begins to answer. */
    void start();

    @Override
    void close();
}
