package dev.tidemark.cli.check;

import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.catalog.GenerationCatalog;
import dev.tidemark.capture.CaptureSettings;
import dev.tidemark.capture.topic.TopicInspection;
import dev.tidemark.etcd.rpc.EtcdClient;
import dev.tidemark.restorer.Sources;
import dev.tidemark.restorer.past.PastReader;
import dev.tidemark.restorer.past.PastRecord;
import dev.tidemark.restorer.plan.UnreachableTargetException;
import dev.tidemark.restorer.targets.Target;
import dev.tidemark.schemas.Failure;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** A probe key's way: written to the source, seen in the topic, seen in the archive, read back from there. */
final class ProbeChecks {
    private static final Duration TOPIC = Duration.ofSeconds(11);
    private static final Duration LOOK = Duration.ofMillis(250);

    private final CaptureSettings settings;
    private final byte[] key;
    private final byte[] value;
    private final Clock clock;

    ProbeChecks(CaptureSettings settings, String key, String value, Clock clock) {
        this.settings = settings;
        this.key = key.getBytes(StandardCharsets.UTF_8);
        this.value = value.getBytes(StandardCharsets.UTF_8);
        this.clock = clock;
    }

    /** Whether capture seems to run, from what the topic says alone. */
    void listen(Findings findings) {
        findings.check("capture", name -> {
            try (TopicInspection topic = new TopicInspection(settings)) {
                if (topic.differences().isEmpty()) {
                    return silent(name, "there is no topic yet");
                }
                TopicInspection.Head head = topic.head();
                long silence = clock.millis() - head.writtenAtMillis();
                if (head.writtenAtMillis() == 0) {
                    return silent(name, "the topic holds nothing of this cluster");
                }
                // a running one lets time travel three times in an interval
                return silence > settings.checkpointInterval().toMillis() + TOPIC.toMillis()
                        ? silent(name, "the topic's last record is " + silence / 1_000 + " s old")
                        : Finding.ok(name, "runs: generation " + head.generation() + ", revision " + head.last());
            }
        });
    }

    private static Finding silent(String name, String why) {
        return Finding.warn(name, "does not run: " + why, "start tidemark capture, or tidemark run");
    }

    /** Writes the probe; its revision, or empty if that failed. */
    Optional<Long> write(Findings findings, Supplier<EtcdClient> source) {
        long[] revision = new long[1];
        boolean written = findings.check("probe in etcd", name -> {
            try (EtcdClient client = source.get()) {
                revision[0] = client.put(key, value);
            }
            return Finding.ok(name, "revision " + revision[0] + " writes " + new String(key, StandardCharsets.UTF_8));
        });
        return written ? Optional.of(revision[0]) : Optional.empty();
    }

    /** Waits until the topic holds the probe. */
    boolean inTopic(Findings findings, long revision) {
        return findings.check("probe in topic", name -> {
            long begun = clock.millis();
            try (TopicInspection topic = new TopicInspection(settings)) {
                TopicInspection.Head head;
                do {
                    if (topic.differences().isEmpty()) {
                        break;
                    }
                    head = topic.head();
                    if (head.last() >= revision) {
                        return Finding.ok(name, "after " + (clock.millis() - begun) + " ms or less");
                    }
                } while (waited(begun, TOPIC));
                return Finding.fail(
                        name,
                        Failure.UNAVAILABLE,
                        "revision " + revision + " did not come into the topic within " + TOPIC.toSeconds()
                                + " s: capture does not run, or cannot work",
                        "start tidemark capture, or look at its /health and log; --read-only checks without it");
            }
        });
    }

    /** Waits until a checkpoint holds the probe, and reads it back from there. */
    void inArchive(Findings findings, long revision, ClusterArchive archive, Sources sources) {
        Duration patience = settings.checkpointInterval().multipliedBy(2);
        boolean there = findings.check("probe in archive", name -> {
            long begun = clock.millis();
            do {
                Optional<Long> last = archive.catalog().newest().flatMap(ProbeChecks::last);
                if (last.isPresent() && last.get() >= revision) {
                    return Finding.ok(name, "after " + (clock.millis() - begun) + " ms or less");
                }
            } while (waited(begun, patience));
            return Finding.fail(
                    name,
                    Failure.UNAVAILABLE,
                    "no checkpoint holds revision " + revision + " after twice checkpoint.interval ("
                            + patience.toSeconds() + " s): the compactor does not run, or cannot work",
                    "start tidemark compact, or look at its /health and log; --read-only checks without it");
        });
        if (there) {
            findings.check("probe restorable", name -> readBack(name, revision, sources));
        } else {
            findings.skip("it is not in the archive", "probe restorable");
        }
    }

    private static Optional<Long> last(GenerationCatalog generation) {
        return generation.head(0).map(head -> head.getLast());
    }

    private Finding readBack(String name, long revision, Sources sources) {
        try {
            List<PastRecord> records = new PastReader(sources)
                    .get(key, Target.parse(Long.toString(revision), clock))
                    .records();
            return records.size() == 1 && Arrays.equals(records.get(0).value(), value)
                    ? Finding.ok(name, "the archive gives back what was written")
                    : Finding.fail(
                            name,
                            Failure.VERIFICATION,
                            "the archive does not give back what was written at revision " + revision,
                            "was the key written by somebody else? else report it");
        } catch (UnreachableTargetException e) {
            return Finding.warn(name, "not yet: " + e.getMessage(), "the generation's base is on the way: ask again");
        }
    }

    /** Waits a little; false if the time is over. */
    private boolean waited(long begun, Duration patience) {
        if (clock.millis() - begun > patience.toMillis()) {
            return false;
        }
        try {
            Thread.sleep(LOOK.toMillis());
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
