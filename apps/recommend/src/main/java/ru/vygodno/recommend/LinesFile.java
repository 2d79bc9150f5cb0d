package ru.vygodno.recommend;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import ru.vygodno.job.Failure;

/** A local file with one document a line, in the order of the user ids. */
record LinesFile(Path path) implements Destination {
  LinesFile(String path) {
    this(Path.of(path));
  }

  @Override
  public void check() {
    Path folder = path.toAbsolutePath().getParent();
    if (!Files.isWritable(folder)) {
      throw new Failure(Failure.USAGE, "OUT_NOT_WRITABLE", "expected a folder to write to, got " + folder);
    }
  }

  @Override
  public Map<String, ?> publish(Dataset<Row> documents) {
    long records = 0;
    try (PrintWriter out = new PrintWriter(Files.newBufferedWriter(path, StandardCharsets.UTF_8))) {
      for (Iterator<Row> rows = documents.orderBy("key").toLocalIterator(); rows.hasNext(); records++) {
        out.println(rows.next().getString(1));
      }
    } catch (IOException e) {
      throw new Failure(Failure.INFRASTRUCTURE, "OUT_NOT_WRITABLE", "expected to write %s, got %s".formatted(path, e));
    }
    return Map.of("file", path.toString(), "records", records);
  }
}
