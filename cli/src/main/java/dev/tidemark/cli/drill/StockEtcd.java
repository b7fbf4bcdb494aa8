package dev.tidemark.cli.drill;

import dev.tidemark.restorer.verify.EtcdBoot;
import dev.tidemark.schemas.Failure;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The stock etcd that a drill boots: {@code etcd} and {@code etcdutl} out of one directory, the one that is named or the
 * first of the PATH that has both. Thread-safe.
 */
public final class StockEtcd implements EtcdBoot {
    private static final List<String> EXECUTABLES = List.of("etcd", "etcdutl");

    private final Optional<Path> named;
    private final String path;
    private final Path scratch;

    /**
     * @param named the directory that is named; empty to look along the PATH
     * @param path the PATH
     * @param scratch an existing directory for the data of what is booted
     */
    public StockEtcd(Optional<Path> named, String path, Path scratch) {
        this.named = named;
        this.path = path;
        this.scratch = scratch;
    }

    @Override
    public void require() {
        directory();
    }

    @Override
    public Booted boot(Path snapshot) {
        try {
            return BootedEtcd.start(directory(), snapshot, scratch, BootedEtcd.patience(Files.size(snapshot)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path directory() {
        if (named.isPresent()) {
            if (!isIn(named.get())) {
                throw new DrillException(
                        Failure.USAGE,
                        named.get() + " does not hold etcd and etcdutl",
                        "--etcd-binary or drill.etcd names the directory that holds both, of etcd 3.5 or later");
            }
            return named.get().toAbsolutePath();
        }
        return Stream.of(path.split(File.pathSeparator))
                .filter(entry -> !entry.isEmpty())
                .map(Path::of)
                .filter(StockEtcd::isIn)
                .findFirst()
                .map(Path::toAbsolutePath)
                .orElseThrow(
                        () -> new DrillException(
                                Failure.USAGE,
                                "there is no etcd to boot: no directory of the PATH holds etcd and etcdutl",
                                "install etcd's release, 3.5 or later, or name its directory with --etcd-binary or drill.etcd"));
    }

    private static boolean isIn(Path directory) {
        return EXECUTABLES.stream().map(directory::resolve).allMatch(Files::isExecutable);
    }
}
