package ru.vygodno.lake;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import ru.vygodno.job.Arguments;
import ru.vygodno.job.Failure;
import ru.vygodno.job.Job;
import ru.vygodno.job.Progress;

/** Computes the reports of {@link Queries}, writes each below {@code reports/NAME/} and says its rows on stdout. */
public final class Report implements Job {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Report() {}

  /** @param args {@code --key value} pairs, see {@link #arguments} */
  public static void main(String[] args) {
    Job.main(new Report(), "report", args);
  }

  @Override
  public List<String> arguments() {
    return List.of("lake");
  }

  @Override
  public void run(SparkSession spark, Arguments arguments) {
    String lake = arguments.required("lake");
    Dataset<Row> events = LakeTables.read(spark, lake, "events");
    if (events.isEmpty()) {
      throw new Failure(Failure.PREREQUISITE, "NO_EVENTS", "expected events in the lake at %s, got none".formatted(lake));
    }
    // every report reads them, few columns of each
    events.select("event_id", "user_id", "at", "product_id", "query", "results", "quantity", "rating", "amount",
        "currency", "type", "day").persist(StorageLevel.MEMORY_AND_DISK()).createOrReplaceTempView("events");
    LakeTables.read(spark, lake, "products").createOrReplaceTempView("product_changes");
    spark.sql(Queries.PRODUCTS).persist(StorageLevel.MEMORY_AND_DISK()).createOrReplaceTempView("products");
    spark.sql(Queries.INTERESTS).persist(StorageLevel.MEMORY_AND_DISK()).createOrReplaceTempView("interests");
    Progress progress = new Progress();
    Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    try {
      for (Map.Entry<String, String> query : Queries.REPORTS.entrySet()) {
        List<String> rows = spark.sql(query.getValue()).toJSON().collectAsList();
        write(spark, new Path(lake, "reports/%s/%s.json".formatted(query.getKey(), now.toString().replace(':', '-'))), rows);
        progress.done("report", Map.of("name", query.getKey(), "rows", rows.stream().map(Report::parse).toList()));
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static JsonNode parse(String row) {
    try {
      return JSON.readTree(row);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** JSON lines; a reader never sees half a file. */
  private static void write(SparkSession spark, Path file, List<String> rows) throws IOException {
    FileSystem files = file.getFileSystem(spark.sparkContext().hadoopConfiguration());
    Path written = new Path(file.getParent(), "_" + file.getName());
    try (OutputStream out = files.create(written, true)) {
      out.write((String.join("\n", rows) + "\n").getBytes(StandardCharsets.UTF_8));
    }
    files.delete(file, false);
    files.rename(written, file);
  }
}
