package dev.tidemark.restorer.verify.ladder;

import dev.tidemark.archive.catalog.ArchiveLayout;
import dev.tidemark.archive.catalog.Stored;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.BaseDescriptor;
import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.ChainHead;
import java.util.List;
import java.util.Optional;

/** The bases of one generation. A reader opens all of them, so one that is wrong is in everybody's way. */
final class BaseChain implements Chain {
    private final GenerationWalk walk;
    private BaseDescriptor last;

    BaseChain(GenerationWalk walk) {
        this.walk = walk;
    }

    @Override
    public String prefix() {
        return ArchiveLayout.bases(walk.generation());
    }

    @Override
    public long before() {
        return 0;
    }

    @Override
    public Link read(String name, byte[] bytes) {
        Stored<BaseManifest> stored = walk.manifests().base(walk.generation(), name, bytes);
        walk.sawSchemaOf(bytes);
        last = stored.content().getBase();
        return new Link(
                stored.name(),
                stored.content().getSeq(),
                stored.sha256(),
                stored.content().getPreviousSha256(),
                last.getCompactRevision(),
                last.getRevision(),
                Link.Row.ofRows(stored.content().getRecent()),
                List.of());
    }

    @Override
    public void expected(ChainHead head) {
        walk.exposure().base(head.getFirstRevision(), head.getLastRevision());
    }

    /** Bases are given their places in the order of the log, which may be another one than that of revisions. */
    @Override
    public Optional<String> breach(Link previous, Link next) {
        return Optional.empty();
    }

    @Override
    public void proven(Link link) {
        walk.descent().base(last);
        link.rows().stream()
                .filter(row -> walk.counts(prefix(), row.seq(), row.last()))
                .forEach(row -> walk.exposure().base(row.first(), row.last()));
        if (!walk.counts(prefix(), link.seq(), link.last())) {
            return;
        }
        walk.exposure().base(last.getCompactRevision(), last.getRevision());
        walk.holds(Holding.of(link.name(), last, walk.exposure()));
        walk.descriptor(link.name(), last);
    }

    @Override
    public Optional<RevisionRange> exposed(Span span) {
        return walk.everything();
    }
}
