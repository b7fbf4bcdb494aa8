package dev.tidemark.capture.service;

import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.capture.CaptureSettings;
import dev.tidemark.capture.generation.WarpedClock;
import dev.tidemark.capture.source.AdminRights;
import dev.tidemark.capture.source.Members;
import dev.tidemark.capture.status.CaptureGauge;
import dev.tidemark.capture.watch.VersionAdvisory;
import dev.tidemark.etcd.rpc.EtcdClient;
import dev.tidemark.etcd.rpc.EtcdSettings;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What a capture's sessions share, one after the other.
 *
 * @param connector connects to a member
 * @param ids fresh ULIDs
 * @param nanoTime a steady clock in nanoseconds
 */
record Means(
        CaptureSettings settings,
        ClusterArchive archive,
        Function<EtcdSettings, EtcdClient> connector,
        Supplier<String> ids,
        WarpedClock clock,
        LongSupplier nanoTime,
        AdminRights rights,
        VersionAdvisory advisory,
        CaptureGauge gauge) {
    /** New connections to the source. */
    Members members() {
        return new Members(settings.source(), connector);
    }

    /** New connections to the source, beginning with another member. */
    Members membersBeside() {
        return Members.beside(settings.source(), connector);
    }
}
