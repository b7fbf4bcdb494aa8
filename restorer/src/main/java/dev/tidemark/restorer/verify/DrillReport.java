package dev.tidemark.restorer.verify;

import java.util.OptionalLong;

/**
 * What a drill has shown.
 *
 * @param generation the generation's id; empty if the restore was refused
 * @param revision the restored revision; 0 if the restore was refused
 * @param keys how many keys live there
 * @param hash HashKV of the source as computed from the archive; empty if the source gave no hash to compare
 * @param sourceHash what the source answered; empty if it was not asked or could not say
 * @param bootedHash what the booted etcd answered; empty if no key lives
 * @param expectedBootedHash what it had to answer; empty if no key lives
 * @param etcdVersion the version of the booted etcd
 * @param difference what is not equal or was refused, one sentence; empty if everything is equal
 * @param note what an operator should know, such as why the source was not compared; may be empty
 * @param millis how long it took
 */
public record DrillReport(
        String generation,
        long revision,
        long keys,
        OptionalLong hash,
        OptionalLong sourceHash,
        OptionalLong bootedHash,
        OptionalLong expectedBootedHash,
        String etcdVersion,
        String difference,
        String note,
        long millis) {
    /** Whether everything that was compared is equal. */
    public boolean ok() {
        return difference.isEmpty();
    }

    /** Whether there was anything to boot. */
    public boolean restored() {
        return revision > 0;
    }

    /** A drill that came to no restore. */
    static DrillReport failed(String why, long millis) {
        OptionalLong none = OptionalLong.empty();
        return new DrillReport("", 0, 0, none, none, none, none, "", why, "", millis);
    }

    DrillReport withNote(String more) {
        return new DrillReport(
                generation,
                revision,
                keys,
                hash,
                sourceHash,
                bootedHash,
                expectedBootedHash,
                etcdVersion,
                difference,
                note.isEmpty() ? more : note + "; " + more,
                millis);
    }
}
