package dev.tidemark.archive.catalog;

import dev.tidemark.archive.ArchiveException;
import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.schemas.Failure;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The only place that knows the names of objects (docs/format.md, section 2). All but claims stand below the cluster's
 * root; a checkpoint's whole name in a bucket is for example {@code
 * tidemark/prod/m/01JDB3Z6V5KQ8S5G4N7T2R9WXY/0/7ffffffffffffff8}: archive prefix, cluster, generation, level, and the
 * inverted sequence number 7, so that the newest name is the first of a listing.
 */
public final class ArchiveLayout {
    private static final Pattern CLUSTER = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");
    private static final Pattern INVERTED = Pattern.compile("[0-7][0-9a-f]{15}");

    private ArchiveLayout() {}

    /** The root of a cluster's objects, with its slash, for example {@code prod/}. */
    public static String clusterRoot(String cluster) {
        if (!CLUSTER.matcher(cluster).matches()) {
            throw new ArchiveException(
                    Failure.USAGE,
                    "cluster name \"" + cluster + "\" cannot be part of an object's name",
                    "cluster.name takes up to 63 letters, digits and . _ - and begins with a letter or digit");
        }
        return cluster + "/";
    }

    /** The claim of a partition, below the archive's root, for example {@code _claims/VQx4sGmQS3WxoJkXhFq1tA/3}. */
    public static String claim(String topicId, int partition) {
        return "_claims/" + topicId + "/" + partition;
    }

    /**
     * What {@code tidemark check} writes and takes away again, below the archive's root: {@code _check/}. No cluster's
     * name begins so.
     */
    public static String probes() {
        return "_check/";
    }

    /** All generation headers: {@code g/}. */
    public static String headers() {
        return "g/";
    }

    /** Generation header by number, for example {@code g/7ffffffffffffffe} for 1. */
    public static String header(long number) {
        return headers() + inverted(number);
    }

    /** All base manifests of a generation, for example {@code m/01JDB3Z6V5KQ8S5G4N7T2R9WXY/base/}. */
    public static String bases(String generation) {
        return "m/" + generation + "/base/";
    }

    /** A base manifest by sequence number, for example {@code m/01JDB3Z6V5KQ8S5G4N7T2R9WXY/base/7fffffffffffffff} for 0. */
    public static String base(String generation, long seq) {
        return bases(generation) + inverted(seq);
    }

    /** All manifests of synthetic bases of a generation, for example {@code m/01JDB3Z6V5KQ8S5G4N7T2R9WXY/synthetic/}. */
    public static String syntheticBases(String generation) {
        return "m/" + generation + "/synthetic/";
    }

    /** A synthetic base's manifest, for example {@code m/01JDB3Z6V5KQ8S5G4N7T2R9WXY/synthetic/7ffffffffffffffe} for 1. */
    public static String syntheticBase(String generation, long seq) {
        return syntheticBases(generation) + inverted(seq);
    }

    /** All proofs of time of a generation, for example {@code m/01JDB3Z6V5KQ8S5G4N7T2R9WXY/time/}. */
    public static String timeProofs(String generation) {
        return "m/" + generation + "/time/";
    }

    /** A proof of time by sequence number, for example {@code m/01JDB3Z6V5KQ8S5G4N7T2R9WXY/time/7ffffffffffffffe} for 1. */
    public static String timeProof(String generation, long seq) {
        return timeProofs(generation) + inverted(seq);
    }

    /** All checkpoint manifests of a level, for example {@code m/01JDB3Z6V5KQ8S5G4N7T2R9WXY/0/}. */
    public static String checkpoints(String generation, int level) {
        return "m/" + generation + "/" + level + "/";
    }

    /** A checkpoint manifest by sequence number, for example {@code m/01JDB3Z6V5KQ8S5G4N7T2R9WXY/0/7ffffffffffffff8} for 7. */
    public static String checkpoint(String generation, int level, long seq) {
        return checkpoints(generation, level) + inverted(seq);
    }

    /** All side manifests of a generation, for example {@code m/01JDB3Z6V5KQ8S5G4N7T2R9WXY/side/}. */
    public static String sideManifests(String generation) {
        return "m/" + generation + "/side/";
    }

    /** A side manifest by sequence number, for example {@code m/01JDB3Z6V5KQ8S5G4N7T2R9WXY/side/7ffffffffffffffe} for 1. */
    public static String sideManifest(String generation, long seq) {
        return sideManifests(generation) + inverted(seq);
    }

    /** All data of a generation, for example {@code d/01JDB3Z6V5KQ8S5G4N7T2R9WXY/}. */
    public static String data(String generation) {
        return "d/" + generation + "/";
    }

    /** Everything that one attempt uploads, for example {@code d/01JDB3Z6V5KQ8S5G4N7T2R9WXY/01JDB40M8H3D0V6E1C9A5B7F2G/}. */
    public static String attempt(String generation, String attempt) {
        return data(generation) + attempt + "/";
    }

    /** Segment n of an attempt, for example {@code d/…/…/000012.avro}. */
    public static String segment(String attempt, int n) {
        return attempt + digits(n) + ".avro";
    }

    /** The index of segment n, for example {@code d/…/…/000012.idx}. */
    public static String index(String attempt, int n) {
        return attempt + digits(n) + ".idx";
    }

    /** The live set of segment n that is too large for its manifest, for example {@code d/…/…/000012.live}. */
    public static String live(String attempt, int n) {
        return attempt + digits(n) + ".live";
    }

    /** The same at the base's compaction revision, for example {@code d/…/…/000012.livec}. */
    public static String liveAtCompaction(String attempt, int n) {
        return attempt + digits(n) + ".livec";
    }

    /** File n of an attempt's index runs, for example {@code d/…/…/000002.run}. */
    public static String run(String attempt, int n) {
        return attempt + digits(n) + ".run";
    }

    /** The buckets beside the keys, of a base or later: {@code d/…/…/side.avro}. */
    public static String side(String attempt) {
        return attempt + "side.avro";
    }

    /** Leases that are too many for a manifest: {@code d/…/…/leases.avro}. */
    static String leases(String attempt) {
        return attempt + "leases.avro";
    }

    /** A base's descriptor: {@code d/…/…/base}. */
    public static String descriptor(String attempt) {
        return attempt + "base";
    }

    /** A writer schema by its CRC-64-AVRO fingerprint, for example {@code s/0f1e2d3c4b5a6978}. */
    public static String schema(long fingerprint) {
        return "s/" + hex(fingerprint);
    }

    /** All writer schemas: {@code s/}. */
    public static String schemas() {
        return "s/";
    }

    /** All manifests of all generations: {@code m/}. */
    public static String manifests() {
        return "m/";
    }

    /** What retention keeps: {@code r/}. */
    public static String retentions() {
        return "r/";
    }

    /** The lists of what may be deleted later: {@code x/}. */
    static String condemned() {
        return "x/";
    }

    /** The data keys that seal, each wrapped: {@code k/}. */
    public static String keys() {
        return "k/";
    }

    /** A data key for who has a key-encryption key, for example {@code k/20261201-9f86d081884c7d65.0a1b2c3d4e5f6071}. */
    public static String wrappedKey(String dataKey, String key) {
        return keys() + dataKey + "." + key;
    }

    /** All data of all generations: {@code d/}. */
    public static String data() {
        return "d/";
    }

    /** A chain of a generation by the last part of its prefix, for example {@code base} or {@code 0}. */
    public static String chain(String generation, String part) {
        return "m/" + generation + "/" + part + "/";
    }

    /** The last part of a chain's prefix, for example {@code base} of {@code m/01JDB3Z6V5KQ8S5G4N7T2R9WXY/base/}. */
    public static String part(String chain) {
        String whole = chain.substring(0, chain.length() - 1);
        return whole.substring(whole.lastIndexOf('/') + 1);
    }

    /** The records of verifications: {@code v/verify/}. */
    public static String verifications() {
        return "v/verify/";
    }

    /** The records of drills: {@code v/drill/}. */
    public static String drills() {
        return "v/drill/";
    }

    /** Questions to the source that take writes from it, by the millisecond since the epoch: {@code v/asked/}. */
    public static String questions() {
        return "v/asked/";
    }

    /** Object n of a chain whose names begin so, for example {@code v/verify/7ffffffffffffffe} for 1. */
    public static String link(String chain, long seq) {
        return chain + inverted(seq);
    }

    /** The descriptor of the base whose side file has that name: both are of one attempt. */
    public static String descriptorBeside(String side) {
        return descriptor(side.substring(0, side.lastIndexOf('/') + 1));
    }

    /**
     * The sequence number in a header's or manifest's name.
     *
     * @throws DamagedObjectException if the name has another form
     */
    public static long sequence(String name) {
        String last = name.substring(name.lastIndexOf('/') + 1);
        if (!INVERTED.matcher(last).matches()) {
            throw new DamagedObjectException(name, "not the name of a manifest");
        }
        return Long.MAX_VALUE - Long.parseLong(last, 16);
    }

    /** Whether a name ends in a sequence number. */
    public static boolean isSequenced(String name) {
        return INVERTED.matcher(name.substring(name.lastIndexOf('/') + 1)).matches();
    }

    static String hex(long number) {
        return String.format(Locale.ROOT, "%016x", number);
    }

    private static String inverted(long number) {
        if (number < 0) {
            throw new IllegalArgumentException("negative sequence number " + number);
        }
        return hex(Long.MAX_VALUE - number);
    }

    private static String digits(int n) {
        return String.format(Locale.ROOT, "%06d", n);
    }
}
