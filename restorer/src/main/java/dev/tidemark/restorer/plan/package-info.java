/** What has to be read: a history and a target in, a plan out, or why there is none and what could be had instead. */
package dev.tidemark.restorer.plan;
