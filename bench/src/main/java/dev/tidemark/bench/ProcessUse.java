package dev.tidemark.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a process has used since its start, as Linux tells it.
 *
 * @param cpuSeconds of all cores, in user and kernel mode
 * @param peakBytes the most memory that it has had resident
 */
record ProcessUse(double cpuSeconds, long peakBytes) {
    /** proc(5): ticks are hundredths of a second on every architecture that Java runs on. */
    private static final double TICKS_A_SECOND = 100;

    /** The fields of /proc/PID/stat behind the process's name, from 0. */
    private static final int USER_TICKS = 11;

    private static final int KERNEL_TICKS = 12;

    static ProcessUse of(long pid) throws IOException {
        Path proc = Path.of("/proc", Long.toString(pid));
        String stat = Files.readString(proc.resolve("stat"));
        // the name may hold blanks and parentheses
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        long ticks = Long.parseLong(fields[USER_TICKS]) + Long.parseLong(fields[KERNEL_TICKS]);
        long peak = Files.readAllLines(proc.resolve("status")).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .findFirst()
                .orElse(0);
        return new ProcessUse(ticks / TICKS_A_SECOND, peak);
    }

    /** The same without the CPU time that it had used at an earlier moment. */
    ProcessUse since(ProcessUse before) {
        return new ProcessUse(cpuSeconds - before.cpuSeconds, peakBytes);
    }
}
