package dev.tidemark.restorer.verify.ladder;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.archive.catalog.ArchiveLayout;
import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.catalog.Floors;
import dev.tidemark.archive.catalog.Manifests;
import dev.tidemark.archive.store.MissingObjectException;
import dev.tidemark.restorer.RestoreException;
import dev.tidemark.restorer.verify.report.Finding;
import dev.tidemark.restorer.verify.report.ObjectCounts;
import dev.tidemark.restorer.verify.report.Sampling;
import dev.tidemark.restorer.verify.report.VerifyLevel;
import dev.tidemark.restorer.verify.report.VerifyProgress;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.ChainHead;
import dev.tidemark.schemas.avro.GenerationHeader;
import dev.tidemark.schemas.avro.Retention;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The rungs that need the archive alone: walks all chains of all generations of a cluster. Used once, by one thread. */
public final class Ladder {
    private static final Logger log = LoggerFactory.getLogger(Ladder.class);
    private static final int READERS = 4;
    /** Each of them keeps the keys of a segment in memory. */
    private static final int DECODERS = 2;

    private final ClusterArchive archive;
    private final Manifests manifests;
    private final Tally tally = new Tally();
    private final Bystanders bystanders;
    private final VerifyProgress progress;
    private final Map<String, GenerationHeader> headers = new LinkedHashMap<>();
    private final Map<String, ChainHead> recorded = new LinkedHashMap<>();
    private final List<ChainHead> heads = new ArrayList<>();
    private final List<Exposure> exposures = new ArrayList<>();
    private boolean retentionUnknown;
    private String note = "";
    private long walked;
    private long total;

    /**
     * @param recorded the newest manifests as the last verification found them
     */
    public Ladder(ClusterArchive archive, List<ChainHead> recorded, VerifyProgress progress) {
        this.archive = archive;
        this.manifests = archive.manifests();
        this.bystanders = new Bystanders(archive, tally);
        this.progress = progress;
        recorded.forEach(head -> this.recorded.put(head.getChain(), head));
    }

    /**
     * Walks.
     *
     * @throws RestoreException of kind UNREACHABLE_TARGET if there is nothing at all: more likely another place is meant
     */
    public void run(VerifyLevel level, Sampling sampling, Path scratch) {
        try (Readers readers = new Readers(level == VerifyLevel.CONTENT ? DECODERS : READERS)) {
            ChainWalk.Tools tools = new ChainWalk.Tools(manifests, archive.root(), tally, readers, this::stepped);
            HeaderChain chain = new HeaderChain(manifests, bystanders, this::opened, this::everything);
            new ChainWalk(tools, chain, recorded(chain.prefix()), 0).run().ifPresent(heads::add);
            Optional<Retention> retention = retention();
            if (retentionUnknown) {
                return;
            }
            retention.ifPresent(
                    newest -> heads.add(new ChainHead(ArchiveLayout.retentions(), newest.getSeq(), "", 0L, 0L)));
            DataCheck data = check(level, sampling, scratch);
            Set<String> generations = generations();
            if (generations.isEmpty() && heads.isEmpty() && tally.findings().isEmpty()) {
                throw new RestoreException(
                        Failure.UNREACHABLE_TARGET,
                        "nothing is archived of cluster " + archive.cluster() + " in "
                                + archive.store().uri(),
                        "check cluster.name and archive.uri; tidemark info shows what there is");
            }
            generations.forEach(generation -> total += length(generation));
            for (String generation : generations) {
                GenerationWalk walk = new GenerationWalk(
                        tools,
                        bystanders,
                        data,
                        generation,
                        Optional.ofNullable(headers.get(generation)),
                        Floors.of(retention, generation),
                        this::everything);
                heads.addAll(walk.run(this::recorded));
                exposures.addAll(walk.exposures());
            }
            readers.finish();
            bystanders.checkAll();
            note = withoutGivenUp(retention);
        }
    }

    /** What counts; if that cannot be read, no reader knows what it may read, and nothing else can be said. */
    private Optional<Retention> retention() {
        try {
            Optional<Retention> newest = archive.retention().newest();
            long seq = newest.map(Retention::getSeq).orElse(-1L);
            recorded(ArchiveLayout.retentions())
                    .filter(head -> head.getSeq() > seq)
                    .ifPresent(head -> {
                        retentionUnknown = true;
                        tally.found(
                                Tally.Fault.MISSING,
                                archive.root() + ArchiveLayout.link(ArchiveLayout.retentions(), head.getSeq()),
                                "is missing: what an older decision keeps is not all there any more",
                                this::anything);
                    });
            newest.ifPresent(this::checkOwn);
            return newest;
        } catch (DamagedObjectException e) {
            retentionUnknown = true;
            tally.found(Tally.Fault.DAMAGED, e.object(), Problems.of(e), this::anything);
            return Optional.empty();
        }
    }

    /** Nothing in a decision says whose it is but the generations in it, and its predecessor's sum. */
    private void checkOwn(Retention newest) {
        String name = ArchiveLayout.link(ArchiveLayout.retentions(), newest.getSeq());
        sawSchemaOf(name);
        boolean foreign = tally.findings().isEmpty()
                && newest.getGenerations().stream().anyMatch(one -> !headers.containsKey(one.getGeneration()));
        if (foreign) {
            retentionUnknown = true;
            tally.found(
                    Tally.Fault.DAMAGED,
                    archive.root() + name,
                    "is about a generation that is not here: swapped",
                    this::anything);
        } else if (newest.getSeq() > 0) {
            checkFormer(newest);
        }
    }

    private void sawSchemaOf(String name) {
        try {
            Manifests.fingerprint(manifests.get(name)).ifPresent(bystanders::sawSchema);
        } catch (MissingObjectException e) {
            log.debug("{} was followed by others, and dropped", name, e);
        }
    }

    /** The decision before, if it is still there: it proves that the newest is the newest, and no reader reads it. */
    private void checkFormer(Retention newest) {
        String name = ArchiveLayout.link(ArchiveLayout.retentions(), newest.getSeq() - 1);
        try {
            if (!manifests.retention(name, manifests.get(name)).sha256().equals(newest.getPreviousSha256())) {
                throw new DamagedObjectException(archive.root() + name, "is not the one that was decided before");
            }
        } catch (MissingObjectException e) {
            log.debug("{} was dropped", name, e);
        } catch (DamagedObjectException e) {
            tally.found(Tally.Fault.DAMAGED, archive.root() + name, Problems.of(e), Optional::empty);
        }
    }

    /** Where nothing can be walked: all revisions up to the newest that the headers and the last verification know. */
    private Optional<RevisionRange> anything() {
        long last = Stream.concat(
                        headers.values().stream().map(GenerationHeader::getBaseRevision),
                        recorded.values().stream().map(ChainHead::getLastRevision))
                .mapToLong(Long::longValue)
                .max()
                .orElse(1);
        return Optional.of(new RevisionRange(1, Math.max(1, last)));
    }

    /** What a decision has given up meanwhile may be missing for good reason; what is damaged is so for none. */
    private String withoutGivenUp(Optional<Retention> before) {
        if (tally.findings().isEmpty() || newestRetention().equals(before)) {
            return "";
        }
        long forgotten = tally.forgetMissing();
        return forgotten == 0
                ? ""
                : "what is kept was decided anew meanwhile, so " + forgotten
                        + " missing objects are not counted: run verify again";
    }

    private Optional<Retention> newestRetention() {
        try {
            return archive.retention().newest();
        } catch (DamagedObjectException e) {
            tally.found(Tally.Fault.DAMAGED, e.object(), Problems.of(e), this::everything);
            return Optional.empty();
        }
    }

    private DataCheck check(VerifyLevel level, Sampling sampling, Path scratch) {
        Proof proof = new Proof(archive.store(), archive.root(), tally);
        PresenceCheck presence = new PresenceCheck(archive.store(), archive.root(), tally);
        return switch (level) {
            case MANIFEST, SOURCE, SOURCE_FULL -> presence;
            case BYTES -> new BytesCheck(proof, presence, tally, archive.root(), sampling);
            case CONTENT -> new ContentCheck(archive, scratch, proof, tally, bystanders::sawSchema);
        };
    }

    private void opened(GenerationHeader header) {
        headers.put(header.getGeneration(), header);
        bystanders.sawTopic(header.getStart());
    }

    private Optional<ChainHead> recorded(String chain) {
        return Optional.ofNullable(recorded.get(chain));
    }

    /** Those with a header, and those that have manifests all the same. */
    private Set<String> generations() {
        Set<String> all = new TreeSet<>(headers.keySet());
        recorded.keySet().stream()
                .filter(chain -> chain.startsWith(ArchiveLayout.manifests()))
                .forEach(chain -> all.add(chain.split("/", -1)[1]));
        List<String> next = manifests.list(ArchiveLayout.manifests(), "", 1);
        while (!next.isEmpty()) {
            String generation = next.get(0).split("/", -1)[1];
            all.add(generation);
            next = manifests.list(ArchiveLayout.manifests(), ArchiveLayout.manifests() + generation + "/~", 1);
        }
        return all;
    }

    /** How many manifests there are, but for those of further levels, which are few. */
    private long length(String generation) {
        long sum = 0;
        for (String chain : List.of(
                ArchiveLayout.bases(generation),
                ArchiveLayout.sideManifests(generation),
                ArchiveLayout.checkpoints(generation, 0))) {
            for (String newest : manifests.list(chain, "", 1)) {
                sum += ArchiveLayout.link(chain, 0).length() == newest.length()
                        ? ArchiveLayout.sequence(newest) + 1
                        : 1;
            }
        }
        return sum;
    }

    private void stepped() {
        walked++;
        progress.advanced(walked, Math.max(walked, total));
    }

    /** What can be restored at all, of any generation. */
    private Optional<RevisionRange> everything() {
        return exposures.stream()
                .flatMap(exposure -> exposure.all().stream())
                .reduce((one, other) ->
                        new RevisionRange(Math.min(one.first(), other.first()), Math.max(one.last(), other.last())));
    }

    /** What was looked at. */
    public ObjectCounts counts() {
        return tally.counts();
    }

    /** What is wrong. */
    public List<Finding> findings() {
        return tally.findings();
    }

    /** What an operator should know of the outcome; may be empty. */
    public String note() {
        return note;
    }

    /** The newest manifest of every chain. */
    public List<ChainHead> heads() {
        return List.copyOf(heads);
    }
}
