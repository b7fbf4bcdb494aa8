/** Settings: where they come from, what they mean, and their refusal when unknown. */
package dev.tidemark.cli.settings;
