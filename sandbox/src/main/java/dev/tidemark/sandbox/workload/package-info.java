/** Writes to a real etcd, and an oracle that knows every state this leads to without asking etcd for it. */
package dev.tidemark.sandbox.workload;
