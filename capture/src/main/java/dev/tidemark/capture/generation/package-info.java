/**
 * A generation, from where the topic and the archive say that it stands until it ends: its position and times, its base, its
 * side states. Snapshots of the source come in; bases go into the archive, and what is to be said of them into the spool.
 */
package dev.tidemark.capture.generation;
