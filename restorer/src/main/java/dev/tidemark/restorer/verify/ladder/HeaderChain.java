package dev.tidemark.restorer.verify.ladder;

import dev.tidemark.archive.catalog.ArchiveLayout;
import dev.tidemark.archive.catalog.Manifests;
import dev.tidemark.archive.catalog.Stored;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.ChainHead;
import dev.tidemark.schemas.avro.GenerationHeader;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The headers of a cluster's generations. A reader opens all of them, so one that is wrong is in everybody's way. */
final class HeaderChain implements Chain {
    private final Manifests manifests;
    private final Bystanders bystanders;
    private final Consumer<GenerationHeader> sink;
    private final Supplier<Optional<RevisionRange>> everything;
    private GenerationHeader last;

    /**
     * @param sink takes every header that is as it must be, newest first
     */
    HeaderChain(
            Manifests manifests,
            Bystanders bystanders,
            Consumer<GenerationHeader> sink,
            Supplier<Optional<RevisionRange>> everything) {
        this.manifests = manifests;
        this.bystanders = bystanders;
        this.sink = sink;
        this.everything = everything;
    }

    @Override
    public String prefix() {
        return ArchiveLayout.headers();
    }

    @Override
    public long before() {
        return 0;
    }

    @Override
    public Link read(String name, byte[] bytes) {
        Stored<GenerationHeader> stored = manifests.header(name, bytes);
        Manifests.fingerprint(bytes).ifPresent(bystanders::sawSchema);
        last = stored.content();
        List<Link.Row> rows = last.getPrevious().stream()
                .map(summary -> new Link.Row(
                        summary.getNumber(),
                        summary.getHeaderSha256(),
                        summary.getBaseRevision(),
                        summary.getLastRevision()))
                .toList();
        return new Link(
                stored.name(),
                last.getNumber(),
                stored.sha256(),
                last.getPreviousSha256(),
                last.getBaseRevision(),
                last.getBaseRevision(),
                rows,
                List.of());
    }

    /** What its generation reaches is told by the generation's own chains. */
    @Override
    public void expected(ChainHead head) {}

    /** A source may have been restored to an earlier revision: nothing follows from one generation for the next. */
    @Override
    public Optional<String> breach(Link previous, Link next) {
        return Optional.empty();
    }

    @Override
    public void proven(Link link) {
        sink.accept(last);
    }

    @Override
    public Optional<RevisionRange> exposed(Span span) {
        return everything.get();
    }
}
