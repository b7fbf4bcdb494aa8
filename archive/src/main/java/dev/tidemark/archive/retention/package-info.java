/** What is kept for how long, and how what is not kept goes away. */
package dev.tidemark.archive.retention;
