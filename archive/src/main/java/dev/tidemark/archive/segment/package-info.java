/** Segments: how changes rest in revision order, how their keys are found, and which of them survive. */
package dev.tidemark.archive.segment;
