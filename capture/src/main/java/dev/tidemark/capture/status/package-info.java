/**
 * What capture shows of itself: its threads tell the gauge what happens, and whoever asks gets the status, with the lag and
 * how far the source's compaction is away.
 */
package dev.tidemark.capture.status;
