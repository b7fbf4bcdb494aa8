package dev.tidemark.capture.service;

import dev.tidemark.sandbox.KafkaServer;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives the Kafka of this JVM to all tests that need a broker and leave it alone; it is started for the first of them and
 * closed after the last. Whoever kills, freezes or measures one starts its own.
 */
public final class OnSharedKafka implements ParameterResolver {
    private static final Namespace NAMESPACE = Namespace.create(OnSharedKafka.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext test) {
        return parameter.getParameter().getType() == KafkaServer.class;
    }

    @Override
    public KafkaServer resolveParameter(ParameterContext parameter, ExtensionContext test) {
        return test.getRoot()
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent(KafkaServer.class, type -> KafkaServer.launch(), KafkaServer.class);
    }
}
