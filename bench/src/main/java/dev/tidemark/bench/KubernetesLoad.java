package dev.tidemark.bench;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Changes as a Kubernetes cluster makes them: seven of ten go to a few hot keys, such as leases and states of nodes, the
 * others anywhere. Seeded, so that two runs make the same. Not thread-safe.
 */
final class KubernetesLoad {
    /** All keys. */
    static final int KEYS = 20_000;

    private static final int HOT_KEYS = 200;
    private static final double HOT_SHARE = 0.7;
    private static final double DELETED_SHARE = 0.02;
    private static final int TEXT_BYTES = 64 << 10;
    private static final String[] KINDS = {"pods", "replicasets", "endpointslices", "configmaps", "events"};

    private static final byte[][] NAMES = names();

    private final SplittableRandom random;
    private final byte[] text = new byte[TEXT_BYTES];

    KubernetesLoad(long seed) {
        random = new SplittableRandom(seed);
        new SplittableRandom(1).nextBytes(text);
    }

    /** Key number n; the first {@value #HOT_KEYS} are the hot ones. */
    static byte[] name(int key) {
        return NAMES[key];
    }

    /** Whether it is one of those that change again and again; they are never deleted. */
    static boolean isHot(int key) {
        return key < HOT_KEYS;
    }

    /** The number of the key that changes next. */
    int next() {
        return random.nextDouble() < HOT_SHARE ? random.nextInt(HOT_KEYS) : HOT_KEYS + random.nextInt(KEYS - HOT_KEYS);
    }

    /** The key that changes next. */
    byte[] key() {
        return name(next());
    }

    /** Whether a key goes now, rather than getting another value. */
    boolean deletes(int key) {
        return !isHot(key) && random.nextDouble() < DELETED_SHARE / (1 - HOT_SHARE);
    }

    /** A value that compresses to about a half. */
    byte[] halfRandomValue(int bytes) {
        byte[] value = new byte[bytes];
        random.nextBytes(value);
        int repeated = bytes / 2;
        System.arraycopy(text, random.nextInt(16) * repeated % (TEXT_BYTES - repeated), value, 0, repeated);
        return value;
    }

    /** From 1 to 2 kB that nothing compresses. */
    byte[] randomValue() {
        byte[] value = new byte[1_000 + random.nextInt(1_001)];
        random.nextBytes(value);
        return value;
    }

    /**
     * From 1 to 2 kB of JSON as an API server might store it: names, labels and images are the key's own and stay, while
     * versions, times, addresses and a few figures are new each time.
     */
    byte[] textValue(int key) {
        SplittableRandom own = new SplittableRandom(key);
        StringBuilder json = new StringBuilder(2_048);
        json.append("{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"");
        json.append(word(own))
                .append('-')
                .append(hex(own))
                .append("\",\"namespace\":\"")
                .append(word(own));
        json.append("\",\"uid\":\"")
                .append(hex(own))
                .append('-')
                .append(hex(own))
                .append(hex(own));
        json.append("\",\"resourceVersion\":\"").append(random.nextInt(100_000_000));
        json.append("\",\"creationTimestamp\":\"").append(time(own)).append("\",\"labels\":{\"app\":\"");
        json.append(word(own))
                .append("\",\"pod-template-hash\":\"")
                .append(hex(own))
                .append("\"}},\"spec\":{");
        json.append("\"nodeName\":\"node-").append(own.nextInt(500)).append("\",\"serviceAccountName\":\"default\",");
        json.append("\"restartPolicy\":\"Always\",\"containers\":[");
        int containers = 1 + own.nextInt(3);
        for (int i = 0; i < containers; i++) {
            json.append(i == 0 ? "" : ",")
                    .append("{\"name\":\"")
                    .append(word(own))
                    .append("\",\"image\":\"registry/");
            json.append(word(own))
                    .append('@')
                    .append("sha256:")
                    .append(hex(own))
                    .append(hex(own))
                    .append(hex(own));
            json.append("\",\"resources\":{\"limits\":{\"cpu\":\"").append(own.nextInt(4_000));
            json.append("m\",\"memory\":\"").append(own.nextInt(4_096)).append("Mi\"}},\"imagePullPolicy\":");
            json.append("\"IfNotPresent\",\"terminationMessagePath\":\"/dev/termination-log\"}");
        }
        json.append("]},\"status\":{\"phase\":\"Running\",\"hostIP\":\"")
                .append(address(own))
                .append("\",\"podIP\":\"");
        json.append(address(random)).append("\",\"conditions\":[");
        for (String type : new String[] {"Initialized", "Ready", "ContainersReady", "PodScheduled"}) {
            json.append("{\"type\":\"").append(type).append("\",\"status\":\"True\",\"lastProbeTime\":null,");
            json.append("\"lastTransitionTime\":\"").append(time(random)).append("\"},");
        }
        json.append("{\"type\":\"Load\",\"message\":\"")
                .append(random.nextInt(1_000_000))
                .append(" of ");
        json.append(random.nextInt(1_000_000)).append("\"}],\"containerID\":\"containerd://");
        for (int i = 0; i < 4; i++) {
            json.append(hex(random));
        }
        return json.append("\"}}").toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static String word(SplittableRandom from) {
        String[] words = {"api", "web", "store", "cache", "queue", "batch", "auth", "mail", "index", "proxy", "billing"
        };
        return words[from.nextInt(words.length)] + "-" + words[from.nextInt(words.length)];
    }

    private static String hex(SplittableRandom from) {
        return Long.toHexString(from.nextLong());
    }

    private static String address(SplittableRandom from) {
        return "10." + from.nextInt(256) + "." + from.nextInt(256) + "." + from.nextInt(256);
    }

    private static String time(SplittableRandom from) {
        return String.format(
                Locale.ROOT,
                "2026-11-%02dT%02d:%02d:%02dZ",
                1 + from.nextInt(28),
                from.nextInt(24),
                from.nextInt(60),
                from.nextInt(60));
    }

    private static byte[][] names() {
        byte[][] names = new byte[KEYS][];
        for (int i = 0; i < KEYS; i++) {
            names[i] = String.format(
                            Locale.ROOT,
                            "/registry/%s/namespace-%03d/deployment-%08x-%05d",
                            KINDS[i % KINDS.length],
                            i % 50,
                            i * 0x9E3779B1,
                            i)
                    .getBytes(StandardCharsets.US_ASCII);
        }
        return names;
    }
}
