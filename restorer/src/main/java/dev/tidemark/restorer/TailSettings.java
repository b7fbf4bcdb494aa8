package dev.tidemark.restorer;

import java.time.Duration;
import java.util.Map;

/**
 * How the revisions topic is reached.
 *
 * @param client settings of Kafka's clients: bootstrap servers, security; what the reading rests on is set over them
 * @param patience how long may pass without progress
 */
public record TailSettings(Map<String, Object> client, Duration patience) {
    /** The client's settings may hold passwords: only their names are shown. */
    @Override
    public String toString() {
        return "TailSettings[client=" + client.keySet() + ", patience=" + patience + "]";
    }

    private static final Duration PATIENCE = Duration.ofSeconds(15);

    public TailSettings {
        client = Map.copyOf(client);
    }

    /** With 15 s of patience. */
    public static TailSettings of(Map<String, Object> client) {
        return new TailSettings(client, PATIENCE);
    }
}
