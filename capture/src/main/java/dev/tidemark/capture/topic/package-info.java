/**
 * The cluster's partition of the revisions topic: what waits in the spool comes in, transactions go out, and its end is
 * read for where capture stands. Also which of several captors writes.
 */
package dev.tidemark.capture.topic;
