/**
 * What there is: an archive's manifests and the topic's tail in, generations out, each with the revisions that can be
 * restored and the times of them.
 */
package dev.tidemark.restorer.history;
