/**
 * From etcd to the topic: the words that all rooms of capture share, its settings, its errors and its waits. Opened by
 * {@link dev.tidemark.capture.service.CaptureFleet}; what it is made of stands in the packages below.
 */
package dev.tidemark.capture;
