/** A restore from its request to its result: it opens the past, passes over the records, counts them and hands them on. */
package dev.tidemark.restorer.restore;
