package dev.tidemark.cli;

import dev.tidemark.schemas.Failure;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says what is wrong with the command line in one line, with the nearest word that is known. */
final class UsageReport implements IParameterExceptionHandler {
    @Override
    public int handleParseException(ParameterException e, String[] args) {
        CommandLine line = e.getCommandLine();
        PrintWriter err = line.getErr();
        err.println(e.getMessage());
        List<String> near = e instanceof UnmatchedArgumentException unmatched ? unmatched.getSuggestions() : List.of();
        String command = line.getCommandSpec().qualifiedName(" ");
        err.println("hint: " + (near.isEmpty() ? "see " + command + " --help" : "did you mean " + near.get(0) + "?"));
        err.flush();
        return Failure.USAGE.exitCode();
    }
}
