package dev.tidemark.cli;

import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.TidemarkException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** Says on stderr what failed and what to do next, and chooses the exit code. */
final class FailureReport implements IExecutionExceptionHandler {
    /** What a shell reports for a command ended by SIGINT. */
    static final int INTERRUPTED = 130;

    @Override
    public int handleExecutionException(Exception e, CommandLine line, ParseResult parsed) {
        PrintWriter err = line.getErr();
        boolean verbose = line.getCommand() instanceof Verb verb && verb.options.verbose;
        int code = report(e, err, verbose);
        err.flush();
        return code;
    }

    private static int report(Exception e, PrintWriter err, boolean verbose) {
        if (e instanceof InterruptedException) {
            Thread.currentThread().interrupt();
            err.println("interrupted");
            return INTERRUPTED;
        }
        Failure failure = explain(e, err);
        if (verbose) {
            e.printStackTrace(err);
        }
        return failure.exitCode();
    }

    private static Failure explain(Exception e, PrintWriter err) {
        TidemarkException named = find(e);
        if (named != null) {
            err.println(named.getMessage());
            if (!named.hint().isEmpty()) {
                err.println("hint: " + named.hint());
            }
            return named.failure();
        }
        if (e instanceof IOException || e instanceof UncheckedIOException) {
            Throwable cause = e instanceof UncheckedIOException ? e.getCause() : e;
            err.println("a local file cannot be read or written: " + cause);
            err.println("hint: check the disk's free space, its health and the permissions");
            return Failure.UNAVAILABLE;
        }
        err.println("internal error: " + e);
        err.println("hint: run again with -v for the stack trace, and report it");
        return Failure.INTERNAL;
    }

    private static TidemarkException find(Throwable e) {
        for (Throwable t = e; t != null; t = t.getCause()) {
            if (t instanceof TidemarkException named) {
                return named;
            }
        }
        return null;
    }
}
