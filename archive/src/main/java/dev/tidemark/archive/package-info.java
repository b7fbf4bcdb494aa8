/** Tidemark: archive. */
package dev.tidemark.archive;
