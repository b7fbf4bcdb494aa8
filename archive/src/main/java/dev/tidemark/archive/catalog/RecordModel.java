package dev.tidemark.archive.catalog;

import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;

/**
 * Avro's data model for the records generated here, and for nothing else: Avro trusts no class by its name alone, and
 * neither do we, but names in our own package can only mean our own classes.
 */
final class RecordModel extends SpecificData {
    static final RecordModel INSTANCE = new RecordModel();

    private static final String PACKAGE = "dev.tidemark.schemas.avro";

    private RecordModel() {
        super(RecordModel.class.getClassLoader());
    }

    @Override
    @SuppressWarnings("rawtypes") // as Avro declares it
    public Class getClass(Schema schema) {
        if (schema.getType() != Schema.Type.RECORD || !PACKAGE.equals(schema.getNamespace())) {
            return super.getClass(schema);
        }
        try {
            return Class.forName(schema.getFullName(), true, getClassLoader());
        } catch (ClassNotFoundException e) {
            return null;
        }
    }
}
