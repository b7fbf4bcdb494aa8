/** etcd's RPCs, spoken by our own stubs: one member at a time, pull-based, and never resuming by themselves. */
package dev.tidemark.etcd.rpc;
