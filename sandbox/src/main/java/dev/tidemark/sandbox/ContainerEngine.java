package dev.tidemark.sandbox;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A Docker engine, as far as the locator needs one. */
interface ContainerEngine {
    /**
     * Copies files out of an image, which is pulled if the engine doesn't hold it; they become executable, and no
     * container is left. Without an engine, or without a way to the image, it gives up within seconds.
     *
     * @param files absolute paths in the image
     * @param target a directory that receives them by their last names
     * @throws SandboxException with the reason if the files cannot be had
     * @throws IOException if the target cannot be written
     */
    void copy(String image, List<String> files, Path target) throws IOException;
}
