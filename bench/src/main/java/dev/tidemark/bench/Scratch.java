package dev.tidemark.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** What a benchmark has on the disk. */
final class Scratch {
    private Scratch() {}

    static void delete(Path directory) throws IOException {
        List<Path> all;
        try (Stream<Path> tree = Files.walk(directory)) {
            all = tree.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : all) {
            Files.delete(path);
        }
    }

    /** The bytes of all files whose names end so. */
    static long bytes(Path directory, String ending) throws IOException {
        try (Stream<Path> tree = Files.walk(directory)) {
            return tree.map(Path::toFile)
                    .filter(file -> file.isFile() && file.getName().endsWith(ending))
                    .mapToLong(File::length)
                    .sum();
        }
    }
}
