package dev.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.schemas.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

class CliContractTest {
    private static final Path PAGE = Path.of("..", "docs", "cli.md");
    private static final Pattern HEADING = Pattern.compile("(?m)^### (.*)$");
    private static final Pattern QUOTED = Pattern.compile("`([^`]+)`");

    private final Map<String, CommandLine> verbs = Tidemark.commandLine().getSubcommands();
    private String page;

    @BeforeEach
    void read() throws IOException {
        page = Files.readString(PAGE);
    }

    @Test
    void thePageHasASectionForEveryVerbAndForNothingElse() {
        Set<String> headings = new TreeSet<>();
        Matcher heading = HEADING.matcher(page);
        while (heading.find()) {
            headings.addAll(quoted(heading.group(1)));
        }
        assertThat(headings).isEqualTo(new TreeSet<>(verbs.keySet()));
    }

    @Test
    void everyOptionOfAVerbStandsInItsSectionOrAmongTheCommonOnes() {
        verbs.forEach((name, verb) -> {
            Set<String> named = options(section(name));
            named.addAll(options(common()));
            for (OptionSpec option : verb.getCommandSpec().options()) {
                assertThat(named).as("options of " + name).contains(option.names());
            }
            verb.getCommandSpec().positionalParameters().forEach(parameter -> assertThat(section(name))
                    .contains("`" + parameter.paramLabel() + "`"));
        });
    }

    @Test
    void everyOptionOfThePageExists() {
        verbs.forEach((name, verb) -> {
            assertThat(verb.getCommandSpec().optionsMap().keySet()).containsAll(options(common()));
            if (!name.matches("run|capture|compact")) {
                assertThat(verb.getCommandSpec().optionsMap().keySet()).containsAll(options(rows(section(name))));
            }
        });
    }

    @Test
    void whatChangesAnArchiveOrAFileCanBeRehearsed() {
        assertThat(verbs.entrySet().stream()
                        .filter(verb ->
                                verb.getValue().getCommandSpec().optionsMap().containsKey("--dry-run"))
                        .map(Map.Entry::getKey))
                .containsExactlyInAnyOrder("restore", "expire", "keys");
    }

    @Test
    void everyExitCodeStandsOnThePageAndInTheHelp() {
        String help = Tidemark.commandLine().getUsageMessage();
        for (Failure failure : Failure.values()) {
            assertThat(page).contains("\n| " + failure.exitCode() + " | ");
            assertThat(help).containsPattern("\\b" + failure.exitCode() + " [a-z]");
        }
        assertThat(page).contains("\n| 0 | done |").contains("\n| " + FailureReport.INTERRUPTED + " | interrupted |");
        assertThat(help).contains(" 0 done").contains(FailureReport.INTERRUPTED + " interrupted");
    }

    @Test
    void everyVerbExplainsItselfAndAllItsOptions() {
        verbs.forEach((name, verb) -> {
            Invocation help = Invocation.of(name, "--help");
            assertThat(help.code()).isZero();
            assertThat(help.out()).startsWith("Usage: tidemark " + name);
            assertThat(help.err()).isEmpty();
            verb.getCommandSpec().args().forEach(arg -> assertThat(arg.description())
                    .as(described(name, arg))
                    .isNotEmpty());
            assertThat(Invocation.of(name, "--version").out()).startsWith("tidemark ");
        });
        assertThat(Invocation.of("--help").out()).contains(verbs.keySet());
    }

    private static String described(String verb, ArgSpec arg) {
        return verb + " " + arg.paramLabel();
    }

    /** The text from the verb's heading to the next. */
    private String section(String verb) {
        Matcher heading = HEADING.matcher(page);
        while (heading.find()) {
            if (quoted(heading.group(1)).contains(verb)) {
                int next = page.indexOf("\n### ", heading.end());
                return page.substring(heading.end(), next < 0 ? page.length() : next);
            }
        }
        throw new AssertionError("no section for " + verb);
    }

    private String common() {
        int from = page.indexOf("\n## Verbs\n");
        return page.substring(from, page.indexOf("\n### ", from));
    }

    private static String rows(String section) {
        return String.join(
                "\n", section.lines().filter(line -> line.startsWith("|")).toList());
    }

    private static Set<String> options(String text) {
        Set<String> found = new TreeSet<>();
        for (String word : quoted(text)) {
            if (word.matches("-\\w.*|--\\w.*")) {
                found.add(word.split(" ", 2)[0]);
            }
        }
        return found;
    }

    private static Set<String> quoted(String text) {
        Set<String> found = new TreeSet<>();
        Matcher matcher = QUOTED.matcher(text);
        while (matcher.find()) {
            found.add(matcher.group(1));
        }
        return found;
    }
}
