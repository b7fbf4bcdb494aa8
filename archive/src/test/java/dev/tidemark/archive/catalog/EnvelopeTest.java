package dev.tidemark.archive.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.schemas.Failure;
import java.security.MessageDigest;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class EnvelopeTest {
    private static final String NAME = "prod/g/7fffffffffffffff";
    private static final byte[] PAYLOAD = {1, 2, 3, 4, 5};
    private static final byte[] SEALED = Envelope.seal(ObjectKind.CHECKPOINT, PAYLOAD);

    @Test
    void givesBackWhatWasSealed() {
        assertThat(Envelope.open(NAME, ObjectKind.CHECKPOINT, SEALED)).isEqualTo(PAYLOAD);
        assertThat(Envelope.open(NAME, ObjectKind.CLAIM, Envelope.seal(ObjectKind.CLAIM, new byte[0])))
                .isEmpty();
    }

    @Test
    void refusesEverySingleFlippedBitByName() {
        for (int bit = 0; bit < SEALED.length * 8; bit++) {
            byte[] damaged = SEALED.clone();
            damaged[bit / 8] ^= (byte) (1 << (bit % 8));
            refuses("bit " + bit, damaged);
        }
    }

    @Test
    void refusesEveryTruncationAndExtension() {
        for (int length = 0; length < SEALED.length; length++) {
            refuses("length " + length, Arrays.copyOf(SEALED, length));
        }
        refuses("one more", Arrays.copyOf(SEALED, SEALED.length + 1));
    }

    @Test
    void refusesAnotherKindVersionOrFlagEvenWithARightSum() {
        refuses("kind", Envelope.seal(ObjectKind.BASE, PAYLOAD));
        refuses("version", resealed(4, 2));
        refuses("unknown kind", resealed(5, 99));
        refuses("sealed flag", resealed(7, 1));
        refuses("unknown flag", resealed(6, 0x80));
        assertThatThrownBy(() -> Envelope.open(NAME, ObjectKind.CHECKPOINT, resealed(4, 2)))
                .hasMessageContaining("envelope version 2");
    }

    private static byte[] resealed(int at, int value) {
        byte[] changed = SEALED.clone();
        changed[at] = (byte) value;
        MessageDigest sum = Hashes.sha256();
        sum.update(changed, 0, changed.length - 32);
        System.arraycopy(sum.digest(), 0, changed, changed.length - 32, 32);
        return changed;
    }

    private static void refuses(String what, byte[] object) {
        assertThatThrownBy(() -> Envelope.open(NAME, ObjectKind.CHECKPOINT, object))
                .as(what)
                .isInstanceOfSatisfying(DamagedObjectException.class, e -> {
                    assertThat(e.object()).isEqualTo(NAME);
                    assertThat(e.failure()).isEqualTo(Failure.VERIFICATION);
                });
    }
}
