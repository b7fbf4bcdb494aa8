/**
 * The service around: one cluster's capture from session to session, several of them in one process, what each of them
 * asks for at its start and what ends it. Settings come in, {@link dev.tidemark.capture.status.CaptureStatus} goes out.
 */
package dev.tidemark.capture.service;
