/** The past, opened: a plan in, its records out, in one pass over all that are wanted or looked up key by key. */
package dev.tidemark.restorer.past;
