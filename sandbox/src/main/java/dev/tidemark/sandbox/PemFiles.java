package dev.tidemark.sandbox;

import java.nio.file.Path;

/** A certificate and its private key, each in a PEM file. */
public record PemFiles(Path certificate, Path key) {}
