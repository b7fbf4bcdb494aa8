/** What is asked: a text in, a moment as an operator names it out. */
package dev.tidemark.restorer.targets;
