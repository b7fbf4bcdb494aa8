package dev.tidemark.sandbox;

import dev.tidemark.schemas.Failure;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * The users of a Kafka that authorizes: they log in at a listener of their own, by SASL/PLAIN, and may do what they were
 * allowed and nothing else. Who comes in by the broker's ordinary address is nobody's user, and may do everything.
 */
public final class KafkaUsers {
    private static final String LOGIN = "org.apache.kafka.common.security.plain.PlainLoginModule required ";

    private final int port = FreePorts.next();
    private final List<String> names;

    private KafkaUsers(List<String> names) {
        this.names = names;
    }

    /** Users of these names. */
    public static KafkaUsers of(String... names) {
        return new KafkaUsers(List.of(names));
    }

    private static String password(String name) {
        return name + "-secret";
    }

    /** What a client sets to be one of them: {@code bootstrap.servers} and how to log in. */
    public Map<String, String> clientSettings(String name) {
        return Map.of(
                "bootstrap.servers",
                "127.0.0.1:" + port,
                "security.protocol",
                "SASL_PLAINTEXT",
                "sasl.mechanism",
                "PLAIN",
                "sasl.jaas.config",
                LOGIN + "username=\"" + name + "\" password=\"" + password(name) + "\";");
    }

    Map<String, String> brokerSettings(KafkaNode node) {
        String users = names.stream()
                .map(name -> "user_" + name + "=\"" + password(name) + "\"")
                .collect(Collectors.joining(" "));
        return Map.of(
                "listeners",
                node.settings().get("listeners") + ",USERS://127.0.0.1:" + port,
                "listener.security.protocol.map",
                "BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT,USERS:SASL_PLAINTEXT",
                "listener.name.users.sasl.enabled.mechanisms",
                "PLAIN",
                "listener.name.users.plain.sasl.jaas.config",
                LOGIN + users + ";",
                "authorizer.class.name",
                "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                "super.users",
                "User:ANONYMOUS");
    }

    /**
     * Allows a user something, by the arguments that {@code kafka-acls.sh --add} takes: one resource, perhaps its pattern
     * type, and operations.
     */
    public void allow(KafkaServer kafka, String name, List<String> arguments) {
        Map<String, List<String>> options = new HashMap<>();
        for (int i = 0; i < arguments.size(); i += 2) {
            options.computeIfAbsent(arguments.get(i), key -> new ArrayList<>()).add(arguments.get(i + 1));
        }
        PatternType pattern =
                options.containsKey("--resource-pattern-type") ? PatternType.PREFIXED : PatternType.LITERAL;
        ResourcePattern resource = Stream.of("--topic", "--group", "--transactional-id")
                .filter(options::containsKey)
                .map(option ->
                        new ResourcePattern(type(option), options.get(option).get(0), pattern))
                .findFirst()
                .orElseThrow();
        List<AclBinding> rights = options.get("--operation").stream()
                .map(operation -> new AclBinding(
                        resource,
                        new AccessControlEntry("User:" + name, "*", operation(operation), AclPermissionType.ALLOW)))
                .toList();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            admin.createAcls(rights).all().get();
        } catch (ExecutionException e) {
            throw new SandboxException(
                    Failure.UNAVAILABLE,
                    "rights " + rights + " were not given",
                    "does the broker authorize?",
                    e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SandboxException(Failure.UNAVAILABLE, "interrupted while rights were given", "", e);
        }
    }

    private static ResourceType type(String option) {
        return ResourceType.fromString(option.substring(2).replace('-', '_').toUpperCase(Locale.ROOT));
    }

    /** {@code DescribeConfigs} is how the tool spells DESCRIBE_CONFIGS. */
    private static AclOperation operation(String word) {
        return AclOperation.fromString(
                word.replaceAll("(?<=[a-z])(?=[A-Z])", "_").toUpperCase(Locale.ROOT));
    }
}
