package dev.tidemark.archive.seal;

import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Lets the JVM compile AES-GCM while the first answers of the store are still on their way. It counts calls, not bytes:
 * segments of 32 KiB are few calls, so the first 150 MB of a restore would be opened at a hundredth of the speed.
 */
final class CipherWarmth {
    private static final int CALLS = 3_000;
    private static final int BYTES = 64;
    private static final String NAME = "warmth";
    private static final AtomicBoolean BEGUN = new AtomicBoolean();

    private CipherWarmth() {}

    /** Begins, once in a process; nobody waits for it. */
    static void begin() {
        if (BEGUN.compareAndSet(false, true)) {
            Thread thread = new Thread(CipherWarmth::run, "tidemark-cipher-warmth");
            thread.setDaemon(true);
            thread.start();
        }
    }

    private static void run() {
        byte[] secret = new byte[DataKey.BYTES];
        new SecureRandom().nextBytes(secret);
        DataKey key = new DataKey("00000000-0000000000000000", secret);
        Fetched sealed = Fetched.whole(key.seal(NAME, new byte[BYTES]));
        SealedHeader header = SealedHeader.decode(sealed.head()).orElseThrow();
        for (int i = 0; i < CALLS; i++) {
            if (key.open(NAME, header, sealed.head(), 0, sealed.sealed()).isEmpty()) {
                throw new IllegalStateException("what was sealed just now does not open");
            }
        }
    }
}
