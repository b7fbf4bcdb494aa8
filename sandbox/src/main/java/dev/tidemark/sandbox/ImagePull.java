package dev.tidemark.sandbox;

import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.model.PullResponseItem;
import com.github.dockerjava.api.model.ResponseItem;
import java.io.Closeable;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Waits for an image for as long as the engine reports progress, and gives up on a registry that keeps silent. (The
 * library's own callback ends a pull when a time limit is over, progress or not.)
 */
final class ImagePull implements ResultCallback<PullResponseItem> {
    private static final Duration SILENCE = Duration.ofSeconds(20);

    private final BlockingQueue<Word> words = new LinkedBlockingQueue<>();

    /**
     * What the engine lets us know.
     *
     * @param problem null if all is well
     */
    private record Word(boolean last, String problem) {}

    @Override
    public void onStart(Closeable stream) {
        // closed with the client
    }

    @Override
    public void onNext(PullResponseItem item) {
        ResponseItem.ErrorDetail error = item.getErrorDetail();
        words.add(new Word(false, error == null ? null : error.getMessage()));
    }

    @Override
    public void onError(Throwable e) {
        words.add(new Word(true, TestcontainersEngine.reason(e)));
    }

    @Override
    public void onComplete() {
        words.add(new Word(true, null));
    }

    @Override
    public void close() {
        // closed with the client
    }

    /** Returns when the pull has ended well. */
    void await() {
        String problem = null;
        Word word;
        do {
            word = next();
            problem = word.problem() == null ? problem : word.problem();
        } while (!word.last());
        if (problem != null) {
            throw TestcontainersEngine.failed("it cannot be pulled: " + problem, null);
        }
    }

    private Word next() {
        try {
            Word word = words.poll(SILENCE.toSeconds(), TimeUnit.SECONDS);
            if (word == null) {
                throw TestcontainersEngine.failed("its registry keeps silent for " + SILENCE.toSeconds() + " s", null);
            }
            return word;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw TestcontainersEngine.failed("interrupted while an image is pulled", e);
        }
    }
}
