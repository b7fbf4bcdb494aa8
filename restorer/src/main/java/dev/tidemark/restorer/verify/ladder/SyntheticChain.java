package dev.tidemark.restorer.verify.ladder;

import dev.tidemark.archive.catalog.ArchiveLayout;
import dev.tidemark.archive.catalog.Stored;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.ChainHead;
import java.util.Optional;

/** The bases of one generation that were worked out from its archive. A reader begins with the newest. */
final class SyntheticChain implements Chain {
    private final GenerationWalk walk;
    private BaseManifest last;
    private BaseManifest later;

    SyntheticChain(GenerationWalk walk) {
        this.walk = walk;
    }

    @Override
    public String prefix() {
        return ArchiveLayout.syntheticBases(walk.generation());
    }

    @Override
    public long before() {
        return walk.baseRevision();
    }

    @Override
    public Link read(String name, byte[] bytes) {
        Stored<BaseManifest> stored = walk.manifests().synthetic(walk.generation(), name, bytes);
        walk.sawSchemaOf(bytes);
        last = stored.content();
        return new Link(
                stored.name(),
                last.getSeq(),
                stored.sha256(),
                last.getPreviousSha256(),
                last.getBase().getRevision(),
                last.getBase().getRevision(),
                Link.Row.ofRows(last.getRecent()),
                Link.Row.ofPages(last.getPages()));
    }

    /** Where the newest is gone, a restore takes one before it: it shortens nothing. */
    @Override
    public void expected(ChainHead head) {
        walk.exposure().reached(head.getLastRevision());
    }

    @Override
    public Optional<String> breach(Link previous, Link next) {
        boolean follows = next.last() > previous.last()
                && later.getSynthesis().getFormerRevision() == previous.last()
                && later.getSynthesis().getFormerDigest().equals(last.getBase().getContentDigest());
        return follows
                ? Optional.empty()
                : Optional.of("says that it was worked out from a base at revision "
                        + later.getSynthesis().getFormerRevision() + " of another content than " + previous.name()
                        + ", which is at " + previous.last());
    }

    @Override
    public void proven(Link link) {
        later = last;
        walk.exposure().synthetic(link.last());
        link.rows().stream()
                .filter(row -> walk.counts(prefix(), row.seq(), row.last()))
                .forEach(row -> walk.exposure().synthetic(row.last()));
        walk.holds(Holding.ofSynthetic(link.name(), last, walk.exposure(), walk.descent()));
        walk.descent()
                .breach(last)
                .ifPresent(
                        breach -> walk.wrong(link, breach, () -> walk.exposure().ofBase(link.last(), link.last())));
    }

    @Override
    public Optional<RevisionRange> exposed(Span span) {
        return span.isHead() ? walk.exposure().all() : walk.exposure().ofBase(span.firstRead(), span.first());
    }
}
