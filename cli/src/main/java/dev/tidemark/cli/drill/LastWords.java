package dev.tidemark.cli.drill;

import dev.tidemark.schemas.Failure;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The end of an executable's log. An end for want of room, memory or a port says nothing of what was restored, so it must
 * not be taken for a damaged archive.
 *
 * @param text what it says last, for a message
 * @param causes all that it says, in lower case, as far as that is worth a look
 */
record LastWords(String text, String causes) {
    private static final int TAIL = 2_000;
    /** What ended a program stands before the traces of all its threads. */
    private static final int SEARCHED = 4 << 20;

    private static final String PORT_TAKEN = "address already in use";
    /** A shell could not start it, etcd refused its flags, or a signal ended it. */
    private static final int NOT_BY_ITSELF = 126;

    /**
     * What a machine lacks.
     *
     * @param words how the kernel names it
     * @param hint what to do
     */
    private record Lack(String words, String hint) {}

    private static final String MAKE_ROOM = "make room below spool.dir, for the restored file twice, and drill again";
    private static final String LOOK_AT_DISK =
            "look at spool.dir, its permissions and the disk's health, and drill again";
    private static final String MORE_MEMORY = "etcd needs memory for the restored file: free some, and drill again";
    private static final List<Lack> LACKS = List.of(
            new Lack("no space left on device", MAKE_ROOM),
            new Lack("disk quota exceeded", MAKE_ROOM),
            new Lack("file too large", MAKE_ROOM),
            new Lack("cannot allocate memory", MORE_MEMORY),
            new Lack("out of memory", MORE_MEMORY),
            new Lack("too many open files", "raise the limit of open files (ulimit -n), and drill again"),
            new Lack("permission denied", LOOK_AT_DISK),
            new Lack("read-only file system", LOOK_AT_DISK),
            new Lack("input/output error", LOOK_AT_DISK),
            new Lack(PORT_TAKEN, "others take the ports of 127.0.0.1 as fast as they are found free: drill again"));

    static LastWords of(Path log) {
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            byte[] end = new byte[(int) Math.min(SEARCHED, file.length())];
            file.seek(file.length() - end.length);
            file.readFully(end);
            String all = new String(end, StandardCharsets.UTF_8).strip();
            return new LastWords(all.substring(Math.max(0, all.length() - TAIL)), all.toLowerCase(Locale.ROOT));
        } catch (IOException e) {
            return new LastWords("its log cannot be read", "");
        }
    }

    boolean sayPortTaken() {
        return causes.contains(PORT_TAKEN);
    }

    /** What it means that it has ended, though it must not have, or not like this. */
    DrillException ended(String what, int exitCode) {
        String message = what + " ended with exit code " + exitCode + "; it says last:\n" + text;
        Optional<Lack> lack =
                LACKS.stream().filter(known -> causes.contains(known.words)).findFirst();
        if (lack.isPresent()) {
            return new DrillException(Failure.UNAVAILABLE, message, lack.get().hint);
        }
        if (exitCode >= NOT_BY_ITSELF) {
            return new DrillException(
                    Failure.UNAVAILABLE,
                    message,
                    exitCode > 128
                            ? "signal " + (exitCode - 128) + " ended it: if nobody sent it, look for want of memory"
                            : "it could not be started like this: is what --etcd-binary, drill.etcd or the PATH names"
                                    + " an etcd of 3.5 or later, for this machine?");
        }
        return new DrillException(
                Failure.VERIFICATION,
                message,
                "etcd 3.5 or later is needed; if it is, report this: the restore does not boot");
    }

    /** What it means that it has not come to its end, or to serving, within a time that is enough for others. */
    DrillException late(String what, long seconds) {
        return new DrillException(
                Failure.UNAVAILABLE,
                what + " was not ready within " + seconds + " s; it says last:\n" + text,
                "this machine or its disk is slow or busy: drill again when it is less so, or elsewhere");
    }
}
