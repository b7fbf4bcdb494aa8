/**
 * The source's members: who of them answers, what they let capture do, and the leases that are asked of them beside the
 * stream. Settings come in, connections and answers go out.
 */
package dev.tidemark.capture.source;
