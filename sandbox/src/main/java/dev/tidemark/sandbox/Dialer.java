package dev.tidemark.sandbox;

import dev.tidemark.schemas.Failure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Tells which process has made a connection on loopback, by Linux's /proc: all clients have the same address there, and
 * nothing in what they send has to be understood. Stateless.
 */
final class Dialer {
    private static final Path PROC = Path.of("/proc");
    private static final int LOCAL = 1;
    private static final int REMOTE = 2;
    private static final int INODE = 9;

    private Dialer() {}

    /** Refuses to begin what would need to know dialers where nobody does. */
    static void requireProc() {
        if (Files.notExists(PROC.resolve("net/tcp"))) {
            throw new SandboxException(
                    Failure.UNAVAILABLE,
                    "a cluster whose members can be partitioned needs /proc/net/tcp",
                    "run this on Linux");
        }
    }

    /** Which of the processes holds the client's end of a connection between these loopback ports. */
    static Optional<Long> among(List<Long> pids, int clientPort, int serverPort) throws IOException {
        Optional<String> inode = inode(address(clientPort), address(serverPort));
        if (inode.isEmpty()) {
            return Optional.empty();
        }
        String link = "socket:[" + inode.get() + "]";
        return pids.stream().filter(pid -> holds(pid, link)).findFirst();
    }

    private static Optional<String> inode(String local, String remote) throws IOException {
        return Files.readString(PROC.resolve("net/tcp"), StandardCharsets.US_ASCII)
                .lines()
                .map(line -> line.strip().split(" +"))
                .filter(words -> words[LOCAL].equals(local) && words[REMOTE].equals(remote))
                .map(words -> words[INODE])
                .findFirst();
    }

    /** 127.0.0.1 as the kernel prints it on a little-endian machine. */
    private static String address(int port) {
        return "0100007F:%04X".formatted(port).toUpperCase(Locale.ROOT);
    }

    private static boolean holds(long pid, String link) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(PROC.resolve(pid + "/fd"))) {
            for (Path file : files) {
                if (pointsTo(file, link)) {
                    return true;
                }
            }
            return false;
        } catch (IOException hasEnded) {
            return false;
        }
    }

    private static boolean pointsTo(Path file, String link) {
        try {
            return Files.readSymbolicLink(file).toString().equals(link);
        } catch (IOException closedMeanwhile) {
            return false;
        }
    }
}
