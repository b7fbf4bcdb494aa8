/** {@code tidemark check}: each dependency, what it lets us do, and a probe key's way through the services. */
package dev.tidemark.cli.check;
