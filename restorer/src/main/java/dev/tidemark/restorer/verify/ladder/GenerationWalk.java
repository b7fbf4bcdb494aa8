package dev.tidemark.restorer.verify.ladder;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.archive.catalog.ArchiveLayout;
import dev.tidemark.archive.catalog.Floors;
import dev.tidemark.archive.catalog.Manifests;
import dev.tidemark.archive.catalog.Stored;
import dev.tidemark.archive.store.MissingObjectException;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.BaseDescriptor;
import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.ChainHead;
import dev.tidemark.schemas.avro.GenerationHeader;
import dev.tidemark.schemas.avro.KeptBase;
import dev.tidemark.schemas.avro.TopicPosition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Walks all chains of one generation; whatever a level finds is one more chain. Used once, by one thread. */
final class GenerationWalk {
    /** A level is one digit in a name. */
    private static final int LEVELS = 10;

    private final ChainWalk.Tools tools;
    private final Bystanders bystanders;
    private final DataCheck data;
    private final String generation;
    private final Optional<GenerationHeader> header;
    private final Supplier<Optional<RevisionRange>> everything;
    private final Floors floors;
    private final Exposure exposure = new Exposure();
    private final List<Exposure> kept = new ArrayList<>();
    private long logBegins = Long.MAX_VALUE;
    private final Descent descent;

    /**
     * @param header its header; empty if that is missing or damaged
     * @param floors what counts of it
     * @param everything what can be restored of the whole cluster
     */
    GenerationWalk(
            ChainWalk.Tools tools,
            Bystanders bystanders,
            DataCheck data,
            String generation,
            Optional<GenerationHeader> header,
            Floors floors,
            Supplier<Optional<RevisionRange>> everything) {
        this.tools = tools;
        this.bystanders = bystanders;
        this.data = data;
        this.generation = generation;
        this.header = header;
        this.floors = floors;
        this.everything = everything;
        this.descent = new Descent(tools, generation, floors);
    }

    /** Walks; gives the newest manifest of each chain. */
    List<ChainHead> run(Function<String, Optional<ChainHead>> recorded) {
        List<ChainHead> heads = new ArrayList<>();
        for (Chain chain : chains()) {
            long floor = floors.first(chain.prefix());
            Optional<ChainHead> known = recorded.apply(chain.prefix()).filter(head -> head.getSeq() >= floor);
            // what was there reached so far, even if it is gone
            known.ifPresent(chain::expected);
            new ChainWalk(tools, chain, known, floor).run().ifPresent(heads::add);
        }
        floors.kept().forEach(this::walkKept);
        checkWindow();
        return heads;
    }

    /** What retention says of the generation has to be there: a base, and the log since then. */
    private void checkWindow() {
        long since = floors.baseRevision();
        // a manifest that is missing or damaged is named already, and is why the window is not whole
        boolean named = tools.tally().findings().stream().anyMatch(finding -> finding.object()
                .startsWith(tools.root() + ArchiveLayout.manifests() + generation + "/"));
        if (!named
                && since > 0
                && (!exposure.hasBaseAt(since) || (exposure.reaches() > since && logBegins > since + 1))) {
            tools.tally()
                    .found(
                            Tally.Fault.DAMAGED,
                            tools.root() + ArchiveLayout.retentions(),
                            "keeps every revision of " + generation + " since " + since
                                    + ", but no such base counts, or the log begins at " + logBegins,
                            exposure::all);
        }
    }

    /** The log goes back to a revision at least. */
    void logBegins(long revision) {
        logBegins = Math.min(logBegins, revision);
    }

    /** A base that is kept beside the chains: it brings back its own revisions, and nothing needs it for others. */
    private void walkKept(KeptBase base) {
        Exposure alone = new Exposure();
        if (base.getChain().equals(ArchiveLayout.part(ArchiveLayout.syntheticBases(generation)))) {
            // its side state is an older one's
            alone.synthetic(base.getLast());
        } else {
            alone.base(base.getFirst(), base.getLast());
        }
        kept.add(alone);
        String name = ArchiveLayout.link(ArchiveLayout.chain(generation, base.getChain()), base.getSeq());
        tools.tally().isNew(tools.root() + name);
        try {
            BaseManifest manifest = proven(base, name);
            holds(
                    manifest.getSynthesis() == null
                            ? Holding.of(tools.root() + name, manifest.getBase(), alone)
                            : Holding.ofSynthetic(tools.root() + name, manifest, alone, descent));
        } catch (MissingObjectException e) {
            tools.tally().found(Tally.Fault.MISSING, tools.root() + name, "is to be kept, but missing", alone::all);
        } catch (DamagedObjectException e) {
            tools.tally().found(Tally.Fault.DAMAGED, tools.root() + name, Problems.of(e), alone::all);
        }
    }

    private BaseManifest proven(KeptBase base, String name) {
        byte[] bytes = manifests().get(name);
        sawSchemaOf(bytes);
        Stored<BaseManifest> stored = manifests().kept(generation, base, bytes);
        if (!stored.sha256().equals(base.getSha256())) {
            throw new DamagedObjectException(stored.name(), "is another base than the one that is to be kept");
        }
        return stored.content();
    }

    /** Bases first: they tell how far a wrong checkpoint reaches. */
    private List<Chain> chains() {
        List<Chain> chains = new ArrayList<>();
        chains.add(new BaseChain(this));
        chains.add(new SideStateChain(this));
        for (int level = 0; level < LEVELS; level++) {
            chains.add(new CheckpointChain(this, level));
        }
        chains.add(new SyntheticChain(this));
        chains.add(new TimeChain(this));
        return chains;
    }

    /** What stands on what: each level is walked before the one above it. */
    Descent descent() {
        return descent;
    }

    String generation() {
        return generation;
    }

    Manifests manifests() {
        return tools.manifests();
    }

    Exposure exposure() {
        return exposure;
    }

    /** All that tells what can be restored: of the chains, and of each base that is kept. */
    List<Exposure> exposures() {
        return Stream.concat(Stream.of(exposure), kept.stream()).toList();
    }

    /** Whether a base counts, other than as a kept one. */
    boolean counts(String chain, long seq, long revision) {
        return floors.counts(chain, seq, revision);
    }

    /** The revision of its first base; 0 if its header cannot be read. */
    long baseRevision() {
        return header.map(GenerationHeader::getBaseRevision).orElse(0L);
    }

    Optional<RevisionRange> everything() {
        return everything.get();
    }

    void holds(Holding holding) {
        tools.readers().submit(() -> data.check(holding));
    }

    void descriptor(String owner, BaseDescriptor base) {
        bystanders.descriptor(owner, base);
    }

    void sawTopic(TopicPosition position) {
        bystanders.sawTopic(position);
    }

    void sawSchemaOf(byte[] object) {
        Manifests.fingerprint(object).ifPresent(bystanders::sawSchema);
    }

    /** A proven manifest says something that cannot be. */
    void wrong(Link link, String problem) {
        wrong(link, problem, () -> exposure.ofCheckpoint(link.first(), link.last()));
    }

    /** The same of one that endangers what is told. */
    void wrong(Link link, String problem, Supplier<Optional<RevisionRange>> exposed) {
        tools.tally().found(Tally.Fault.DAMAGED, link.name(), problem, exposed);
    }
}
