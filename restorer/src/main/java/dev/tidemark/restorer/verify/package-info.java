/** The ladder of proofs, from an archive's manifests up to a live source, and the drill: a restore booted as etcd. */
package dev.tidemark.restorer.verify;
