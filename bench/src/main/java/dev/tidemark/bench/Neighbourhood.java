package dev.tidemark.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How near capture and its broker run to the source. */
enum Neighbourhood {
    /** On the source's cores and disk, with the same rights. */
    BESIDE("beside"),
    /** As on hosts of their own, as nearly as one machine can: they get the cores when the source leaves them, and no disk. */
    APART("apart");

    private static final Path MEMORY = Path.of("/dev/shm");

    private final String title;

    Neighbourhood(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }

    /** What a process is started with. */
    List<String> launcher() {
        return this == APART ? List.of("nice", "-n", "19") : List.of();
    }

    /** A new directory for what capture and its broker write; the caller deletes it. */
    Path directory(Path beside) throws IOException {
        return Files.createTempDirectory(this == APART ? MEMORY : Files.createDirectories(beside), "tidemark-bench-");
    }

    /** Moves a process that runs already. */
    void move(long pid) throws IOException, InterruptedException {
        if (this == BESIDE) {
            return;
        }
        try (Stream<Path> tasks = Files.list(Path.of("/proc/" + pid + "/task"))) {
            String all = tasks.map(task -> task.getFileName().toString()).collect(Collectors.joining(" "));
            int exit = new ProcessBuilder("sh", "-c", "renice -n 19 -p " + all)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
            if (exit != 0) {
                throw new IOException("renice of the threads of " + pid + " ended with " + exit);
            }
        }
    }
}
