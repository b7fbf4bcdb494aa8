package dev.tidemark.cli.upkeep;

import dev.tidemark.restorer.info.ArchiveFacts;
import dev.tidemark.schemas.TidemarkException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads once an interval how it stands with each cluster's archive, so that nobody who asks has to, until it is closed. */
public final class ArchiveWatch implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ArchiveWatch.class);

    private final List<Watched> all;
    private final Rounds rounds;

    /**
     * An archive.
     *
     * @param cluster its cluster's name
     * @param reading reads how it stands
     */
    public record Archive(String cluster, Supplier<ArchiveFacts> reading) {}

    /** An archive, and what is known of it. */
    private static final class Watched {
        private final Archive archive;
        private volatile ArchiveStatus status;

        Watched(Archive archive) {
            this.archive = archive;
            this.status = ArchiveStatus.none(archive.cluster);
        }
    }

    /** A watch that has not begun: who has it may call {@link #look} as often as it likes. */
    ArchiveWatch(List<Archive> archives, Duration interval) {
        this.all = archives.stream().map(Watched::new).toList();
        this.rounds = new Rounds("tidemark-archive-watch", interval, this::look);
    }

    /** Begins, if there is any archive. */
    public static ArchiveWatch start(List<Archive> archives, Duration interval) {
        ArchiveWatch watch = new ArchiveWatch(archives, interval);
        if (!archives.isEmpty()) {
            watch.rounds.start();
        }
        return watch;
    }

    /** How it stands with each archive, as it was read last, whenever it is asked. */
    public List<Supplier<ArchiveStatus>> statuses() {
        List<Supplier<ArchiveStatus>> statuses = new ArrayList<>();
        all.forEach(watched -> statuses.add(() -> watched.status));
        return statuses;
    }

    /** Reads all of them. */
    void look() {
        all.stream().filter(watched -> !rounds.isClosed()).forEach(this::read);
    }

    /** What was read before stays, with its time, until something newer is. */
    @SuppressWarnings("CatchingUnchecked")
    private void read(Watched watched) {
        try {
            watched.status = watched.status.after(watched.archive.reading.get());
        } catch (TidemarkException e) {
            if (!watched.status.problem().equals(e.withHint())) {
                log.warn("the archive of {} cannot be read: {}", watched.archive.cluster, e.withHint());
            }
            watched.status = watched.status.afterError(e.withHint());
            log.debug("the archive of {} cannot be read", watched.archive.cluster, e);
        } catch (RuntimeException | Error e) {
            watched.status = watched.status.afterError(e.toString());
            if (!rounds.isClosed()) {
                log.error("reading the archive of {} broke off", watched.archive.cluster, e);
            }
        }
    }

    @Override
    public void close() {
        rounds.close();
    }
}
