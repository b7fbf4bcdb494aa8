package dev.tidemark.cli.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.tidemark.capture.status.CaptureStatus;
import dev.tidemark.compactor.PartitionHealth;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The alert rules: what they name exists, and what the page says to alert on has one. */
class AlertRulesTest {
    private static final Path FILE = Path.of("..", "deploy", "prometheus-alerts.yaml");
    private static final Pattern METRIC = Pattern.compile("(tidemark_[a-z_]+)(?:\\{([^}]*)\\})?");
    private static final Pattern SELECTOR = Pattern.compile("([a-z_]+)(=~|!~|!=|=)\"([^\"]*)\"");
    private static final Pattern GROUPING = Pattern.compile("\\b(?:by|on|group_left) \\(([^)]*)\\)");
    private static final Pattern BY = Pattern.compile("\\bby \\(([^)]*)\\)");
    private static final Pattern SHOWN = Pattern.compile("\\$labels\\.([a-z_]+)");
    /** What Prometheus adds to whatever it scrapes. */
    private static final Set<String> OF_PROMETHEUS = Set.of("instance", "job");

    private static final Map<String, List<String>> VALUES = Map.of(
            "tidemark_capture_state state", lowered(CaptureStatus.State.values()),
            "tidemark_capture_reconnects_total cause", lowered(CaptureStatus.ReconnectCause.values()),
            "tidemark_compactor_phase phase", lowered(PartitionHealth.Phase.values()));

    /** What the page says to alert on and no rule names, with the rule that finds the same. */
    private static final Map<String, String> FOUND_OTHERWISE = Map.of(
            // an idle source makes no checkpoint
            "tidemark_compactor_commits_total", "TidemarkArchiveLags",
            "tidemark_drill_failures_total", "TidemarkDrillFailed",
            "tidemark_drill_last_end_time_seconds", "TidemarkDrillOverdue",
            "tidemark_expire_runs_total", "TidemarkExpireOverdue");

    private final Map<String, Metric<?>> metrics =
            MetricsPage.metrics().stream().collect(Collectors.toMap(Metric::name, Function.identity()));
    private JsonNode rules;

    @BeforeEach
    void read() throws IOException {
        rules = new YAMLMapper().readTree(FILE.toFile()).at("/groups/0/rules");
        assertThat(rules).isNotEmpty();
    }

    private static List<String> lowered(Enum<?>[] values) {
        return Arrays.stream(values)
                .map(value -> value.name().toLowerCase(Locale.ROOT))
                .toList();
    }

    private static Stream<MatchResult> all(Pattern pattern, String text) {
        return pattern.matcher(text).results();
    }

    private static String expression(JsonNode rule) {
        return rule.get("expr").asText();
    }

    /** The metrics of a rule. */
    private List<Metric<?>> named(JsonNode rule) {
        List<String> names =
                all(METRIC, expression(rule)).map(found -> found.group(1)).toList();
        assertThat(names).as(rule.toString()).isNotEmpty();
        assertThat(metrics.keySet()).containsAll(names);
        return names.stream().<Metric<?>>map(metrics::get).toList();
    }

    /** All labels that a rule's metrics have. */
    private Set<String> labels(JsonNode rule) {
        Set<String> labels = new TreeSet<>(OF_PROMETHEUS);
        named(rule).forEach(metric -> labels.addAll(metric.labels()));
        return labels;
    }

    private static List<String> words(String list) {
        return Arrays.stream(list.split(",", -1))
                .map(String::strip)
                .filter(word -> !word.isEmpty())
                .toList();
    }

    @Test
    void everyRuleHasANameOfItsOwnAndSaysWhatToDo() {
        Set<String> names = new TreeSet<>();
        for (JsonNode rule : rules) {
            assertThat(names.add(rule.get("alert").asText()))
                    .as(rule.toString())
                    .isTrue();
            assertThat(rule.at("/labels/severity").asText()).isIn("warning", "critical");
            assertThat(rule.at("/annotations/summary").asText()).isNotEmpty();
            assertThat(rule.at("/annotations/action").asText()).isNotEmpty();
        }
    }

    @Test
    void whatARuleSelectsByIsALabelOfItsMetricWithAValueThatMayCome() {
        for (JsonNode rule : rules) {
            named(rule);
            all(METRIC, expression(rule))
                    .filter(found -> found.group(2) != null)
                    .forEach(found -> {
                        Metric<?> metric = metrics.get(found.group(1));
                        all(SELECTOR, found.group(2)).forEach(selector -> {
                            assertThat(metric.labels()).as(rule.toString()).contains(selector.group(1));
                            List<String> values = VALUES.get(metric.name() + " " + selector.group(1));
                            if (values != null) {
                                assertThat(selector.group(3).split("\\|")).allSatisfy(wanted -> assertThat(values)
                                        .anyMatch(value -> Pattern.matches(wanted, value)));
                            }
                        });
                    });
        }
    }

    @Test
    void whatARuleGroupsByAndShowsAreLabelsThatItHas() {
        for (JsonNode rule : rules) {
            Set<String> labels = labels(rule);
            all(GROUPING, expression(rule))
                    .forEach(grouping -> assertThat(labels).as(rule.toString()).containsAll(words(grouping.group(1))));
            List<String> kept = all(BY, expression(rule))
                    .flatMap(by -> words(by.group(1)).stream())
                    .toList();
            all(SHOWN, rule.get("annotations").toString()).forEach(shown -> assertThat(kept.isEmpty() ? labels : kept)
                    .as(rule.toString())
                    .contains(shown.group(1)));
        }
    }

    @Test
    void whatThePageSaysToAlertOnHasARule() {
        Set<String> alerted = new TreeSet<>();
        Set<String> names = new TreeSet<>();
        for (JsonNode rule : rules) {
            names.add(rule.get("alert").asText());
            named(rule).forEach(metric -> alerted.add(metric.name()));
        }
        assertThat(names).containsAll(FOUND_OTHERWISE.values());
        assertThat(alerted).doesNotContainAnyElementsOf(FOUND_OTHERWISE.keySet());
        assertThat(metrics.values())
                .filteredOn(metric -> !metric.alert().isEmpty())
                .extracting(Metric::name)
                .filteredOn(name -> !FOUND_OTHERWISE.containsKey(name))
                .isSubsetOf(alerted);
    }
}
