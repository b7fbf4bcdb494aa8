/**
 * Proofs that a restore will be right, a request in and a report out: the ladder of an archive, a comparison with its live
 * source, and the drill, a restore booted as etcd.
 */
package dev.tidemark.restorer.verify;
