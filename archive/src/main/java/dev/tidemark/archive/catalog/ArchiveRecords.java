package dev.tidemark.archive.catalog;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;

/**
 * Avro's data model with our own record classes. Avro takes no class by the name in a schema unless the whole process is
 * told to trust it; this trusts the generated package, and only for what is read here. Thread-safe.
 */
final class ArchiveRecords extends SpecificData {
    static final ArchiveRecords MODEL = new ArchiveRecords();

    private static final String PACKAGE = "dev.tidemark.schemas.avro";

    private final Map<String, Class<?>> classes = new ConcurrentHashMap<>();

    private ArchiveRecords() {
        super(ArchiveRecords.class.getClassLoader());
    }

    @Override
    @SuppressWarnings("rawtypes") // as Avro declares it
    public Class getClass(Schema schema) {
        return schema.getType() == Schema.Type.RECORD && PACKAGE.equals(schema.getNamespace())
                ? classes.computeIfAbsent(schema.getFullName(), ArchiveRecords::load)
                : super.getClass(schema);
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name, true, ArchiveRecords.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("no generated class for " + name, e);
        }
    }
}
