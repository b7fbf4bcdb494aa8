/** Sealing: everything of a cluster is encrypted before it reaches the store, and opened and proven when it comes back. */
package dev.tidemark.archive.seal;
