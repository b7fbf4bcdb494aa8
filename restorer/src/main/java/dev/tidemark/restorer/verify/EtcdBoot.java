package dev.tidemark.restorer.verify;

import java.nio.file.Path;

/** Boots a real etcd from a snapshot file, by its own tools, somewhere that nobody else uses. */
public interface EtcdBoot {
    /** A booted etcd, without users and without TLS; closing it ends it and removes its data. */
    interface Booted extends AutoCloseable {
        /** Where it listens, such as {@code http://127.0.0.1:12379}. */
        String endpoint();

        /** Its version. */
        String version();

        @Override
        void close();
    }

    /** Refuses at once if there is no etcd to boot. */
    void require();

    /** Boots; returns when it serves. */
    Booted boot(Path snapshot);
}
