/**
 * Back to a moment of the past. Here stands where the past is read from, and the family of errors; the rooms below follow
 * the way of the data: a target ({@code targets}) and what there is ({@code history}, with the topic's {@code tail}) become
 * a {@code plan}; {@code past} reads what it names, and {@code restore} writes that to an {@code output}. {@code info} says
 * what there is, {@code verify} proves it.
 */
package dev.tidemark.restorer;
