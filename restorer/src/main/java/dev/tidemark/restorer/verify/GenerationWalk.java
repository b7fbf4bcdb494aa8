package dev.tidemark.restorer.verify;

import dev.tidemark.archive.catalog.Manifests;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.BaseDescriptor;
import dev.tidemark.schemas.avro.ChainHead;
import dev.tidemark.schemas.avro.GenerationHeader;
import dev.tidemark.schemas.avro.TopicPosition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

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
    private final Exposure exposure = new Exposure();
    private final Descent descent;

    /**
     * @param header its header; empty if that is missing or damaged
     * @param everything what can be restored of the whole cluster
     */
    GenerationWalk(
            ChainWalk.Tools tools,
            Bystanders bystanders,
            DataCheck data,
            String generation,
            Optional<GenerationHeader> header,
            Supplier<Optional<RevisionRange>> everything) {
        this.tools = tools;
        this.bystanders = bystanders;
        this.data = data;
        this.generation = generation;
        this.header = header;
        this.everything = everything;
        this.descent = new Descent(tools, generation);
    }

    /** Walks; gives the newest manifest of each chain. */
    List<ChainHead> run(Function<String, Optional<ChainHead>> recorded) {
        List<ChainHead> heads = new ArrayList<>();
        for (Chain chain : chains()) {
            // what was there reached so far, even if it is gone
            recorded.apply(chain.prefix()).ifPresent(chain::expected);
            new ChainWalk(tools, chain, recorded.apply(chain.prefix())).run().ifPresent(heads::add);
        }
        return heads;
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
