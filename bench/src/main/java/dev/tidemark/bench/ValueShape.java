package dev.tidemark.bench;

/** What the values of a {@link KubernetesLoad} are made of, from 1 to 2 kB each. */
enum ValueShape {
    /** Much of it stays from one version of a key to the next. */
    TEXT("JSON text") {
        @Override
        byte[] value(KubernetesLoad load, int key) {
            return load.textValue(key);
        }
    },
    /** Nothing compresses. */
    RANDOM("random bytes") {
        @Override
        byte[] value(KubernetesLoad load, int key) {
            return load.randomValue();
        }
    };

    private final String words;

    ValueShape(String words) {
        this.words = words;
    }

    String words() {
        return words;
    }

    abstract byte[] value(KubernetesLoad load, int key);
}
