package dev.tidemark.archive.seal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sealed bytes are those of docs/format.md: opened here by the JDK alone, with the page in hand. */
class SealedBytesTest {
    private static final byte[] SECRET =
            HexFormat.of().parseHex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
    private static final DataKey KEY = new DataKey("20261201-9f86d081884c7d65", SECRET);
    private static final int SEGMENT = 32_768;
    private static final String GOLDEN =
            "544d53450132303236313230312d3966383664303831383834633764363500000000000000000012"
                    + "287aeb8d18d78217ca2b9913feeee0771e286f676ea8f9e4dd034f0da127866aece63ee0f4c50b71"
                    + "e43c49d5f722df6ddd655a7fc201bf11de3ae902fb081ef1806f2d75f33e101d3745";

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 32_671, 32_672, 32_673, 65_423, 65_424, 65_425, 200_000})
    void theJdkOpensWhatIsSealed(int length) throws GeneralSecurityException {
        byte[] clear = new byte[length];
        new Random(length).nextBytes(clear);

        byte[] sealed = KEY.seal("prod/d/object", clear);

        assertThat(opened(SECRET, "prod/d/object", sealed)).isEqualTo(clear);
        assertThat(sealed).hasSize(Math.toIntExact(new SealedHeader(KEY.id(), length).storedBytes()));
        assertThat(SealedHeader.sealedBytes(sealed.length)).isEqualTo(length);
    }

    /** Of format version 1, for ever: sealed once, kept as it was. */
    @Test
    void whatAnEarlierVersionSealedStillOpens() throws GeneralSecurityException {
        byte[] sealed = HexFormat.of().parseHex(GOLDEN);

        Fetched whole = Fetched.whole(sealed);
        SealedHeader header = SealedHeader.decode(whole.head()).orElseThrow();
        byte[] opened = KEY.open("prod/s/golden", header, whole.head(), 0, whole.sealed())
                .orElseThrow();

        assertThat(new String(opened, StandardCharsets.US_ASCII)).isEqualTo("sealed by tidemark");
        assertThat(opened(SECRET, "prod/s/golden", sealed)).isEqualTo(opened);
    }

    @Property(tries = 200)
    void everyByteIsInTheSegmentThatTheHeaderSays(@ForAll @IntRange(max = 300_000) int length) {
        SealedHeader header = new SealedHeader(KEY.id(), length);
        for (long n = 0; n < header.segments(); n++) {
            long begin = SealedHeader.beginOf(n);
            if (begin < length) {
                assertThat(SealedHeader.segmentOf(begin)).isEqualTo(n);
            }
            if (n > 0) {
                assertThat(SealedHeader.segmentOf(begin - 1)).isEqualTo(n - 1);
            }
        }
        assertThat(SealedHeader.sealedBytes(header.storedBytes())).isEqualTo(length);
    }

    /** RFC 5869 and NIST SP 800-38D, by the JDK. */
    private static byte[] opened(byte[] secret, String name, byte[] object) throws GeneralSecurityException {
        byte[] own = Arrays.copyOf(object, 40);
        int streamHeader = object[40];
        byte[] salt = Arrays.copyOfRange(object, 41, 73);
        byte[] prefix = Arrays.copyOfRange(object, 73, 80);
        byte[] text = name.getBytes(StandardCharsets.US_ASCII);
        byte[] info =
                ByteBuffer.allocate(own.length + text.length).put(own).put(text).array();
        byte[] key = hmac(
                hmac(salt, secret),
                ByteBuffer.allocate(info.length + 1).put(info).put((byte) 1).array());
        assertThat(streamHeader).isEqualTo(40);

        ByteBuffer clear = ByteBuffer.allocate(object.length);
        int at = 80;
        int end = SEGMENT;
        for (int n = 0; at < object.length; n++) {
            byte[] segment = Arrays.copyOfRange(object, at, Math.min(end, object.length));
            boolean last = end >= object.length;
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            byte[] nonce = ByteBuffer.allocate(12)
                    .put(prefix)
                    .putInt(n)
                    .put((byte) (last ? 1 : 0))
                    .array();
            cipher.init(Cipher.DECRYPT_MODE, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, nonce));
            clear.put(cipher.doFinal(segment));
            at = end;
            end += SEGMENT;
        }
        return Arrays.copyOf(clear.array(), clear.position());
    }

    private static byte[] hmac(byte[] key, byte[] text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text);
    }
}
