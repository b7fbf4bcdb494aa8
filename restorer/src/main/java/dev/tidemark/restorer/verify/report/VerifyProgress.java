package dev.tidemark.restorer.verify.report;

/** Hears how far a verification has come, on its own thread. */
public interface VerifyProgress {
    /** Nobody listens. */
    VerifyProgress NONE = new VerifyProgress() {
        @Override
        public void advanced(long manifests, long total) {}

        @Override
        public void says(String line) {}
    };

    /**
     * Says how many manifests were walked, of how many.
     *
     * @param manifests how many
     * @param total how many there are
     */
    void advanced(long manifests, long total);

    /** Says something that an operator should know before it happens. */
    void says(String line);
}
