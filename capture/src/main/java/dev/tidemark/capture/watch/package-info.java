/**
 * The source's stream: a watch comes in from one member after the other, whole revisions go out into the spool; also when a
 * snapshot takes its place, what is known to be wrong with a release, and how near the source's compaction is.
 */
package dev.tidemark.capture.watch;
