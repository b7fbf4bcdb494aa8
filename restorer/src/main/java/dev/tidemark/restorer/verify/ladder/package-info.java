/** The rungs that need the archive alone: chains of manifests and the data that they name in, findings out. */
package dev.tidemark.restorer.verify.ladder;
