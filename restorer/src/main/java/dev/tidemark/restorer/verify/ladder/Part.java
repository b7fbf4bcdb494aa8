package dev.tidemark.restorer.verify.ladder;

import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.ObjectRef;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * An object that a manifest names.
 *
 * @param ref its name below the cluster's root, its length, its proof
 * @param exposed what cannot be restored without it; asked when the walk is over
 */
record Part(ObjectRef ref, Supplier<Optional<RevisionRange>> exposed) {}
