package dev.tidemark.restorer.output;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import dev.tidemark.etcd.file.FileContents;
import dev.tidemark.etcd.file.Liveness;
import dev.tidemark.schemas.Change;
import java.io.IOException;

/** Writes each live key as a JSON document on a line of its own (docs/cli.md). */
final class JsonLinesSink implements StateSink {
    private final DigestedOutput out;
    private final JsonGenerator json;
    private boolean any;

    JsonLinesSink(Output output) {
        this.out = DigestedOutput.to(output);
        try {
            this.json = new JsonFactory().createGenerator(out);
        } catch (IOException e) {
            throw OutputException.broken(out.name(), e);
        }
        json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        json.setPrettyPrinter(new MinimalPrettyPrinter("\n"));
    }

    @Override
    public void record(Change change, Liveness liveness) {
        if (change.isTombstone()) {
            return;
        }
        try {
            JsonRecords.write(json, change);
            any = true;
        } catch (IOException e) {
            throw OutputException.broken(out.name(), e);
        }
    }

    @Override
    public Written finish(FileContents side) {
        try {
            if (any) {
                json.writeRaw('\n');
            }
            json.close();
        } catch (IOException e) {
            throw OutputException.broken(out.name(), e);
        }
        return out.commit();
    }

    @Override
    public void close() {
        out.close();
    }
}
