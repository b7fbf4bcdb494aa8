/** Tidemark: etcd. */
package dev.tidemark.etcd;
