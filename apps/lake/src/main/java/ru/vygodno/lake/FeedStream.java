package ru.vygodno.lake;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.StreamingQueryException;
import org.apache.spark.sql.streaming.Trigger;
import org.apache.spark.util.LongAccumulator;
import ru.vygodno.job.Failure;
import ru.vygodno.job.Progress;

/**
 * The stream of one feed. Spark's checkpoint makes a batch that was interrupted run again with the same records; the
 * snapshot, which names the batch it ends with, makes one that is already in the lake do nothing.
 */
final class FeedStream {
  private final SparkSession spark;
  private final Feed feed;
  private final Path checkpoint;
  private final KafkaAccess kafka;
  private final Snapshots snapshots;
  private final LakeFiles files;
  private final Progress progress;
  private final LongAccumulator rows;
  private final LongAccumulator malformed;
  private StreamingQuery query;
  private int batches;
  private int published;

  private FeedStream(SparkSession spark, Feed feed, String lake, KafkaAccess kafka, Progress progress)
      throws IOException {
    Configuration configuration = spark.sparkContext().hadoopConfiguration();
    this.spark = spark;
    this.feed = feed;
    this.kafka = kafka;
    this.progress = progress;
    checkpoint = new Path(lake, "checkpoints/" + feed.path());
    snapshots = new Snapshots(configuration, new Path(lake), feed);
    files = new LakeFiles(configuration, new Path(lake));
    rows = spark.sparkContext().longAccumulator(feed.path() + " rows");
    malformed = spark.sparkContext().longAccumulator(feed.path() + " malformed");
  }

  /** Makes sure that the checkpoint belongs to this cluster and this lake, and removes what a killed job has left. */
  static FeedStream prepare(SparkSession spark, Feed feed, String lake, KafkaAccess kafka, Progress progress)
      throws IOException, InterruptedException {
    FeedStream stream = new FeedStream(spark, feed, lake, kafka, progress);
    FileSystem fileSystem = stream.checkpoint.getFileSystem(spark.sparkContext().hadoopConfiguration());
    Origin.ask(kafka.settings(), feed.topic()).claim(fileSystem, stream.checkpoint.suffix(".json"), feed.topic());
    Snapshot snapshot = stream.snapshots.latest();
    String known = stream.streamId(fileSystem);
    if (snapshot.batch() >= 0 && !snapshot.stream().equals(known)) {
      throw new Failure(Failure.USAGE, "CHECKPOINT_LOST",
          "expected the checkpoint %s of the stream %s, which filled the lake, got %s".formatted(stream.checkpoint,
              snapshot.stream(), known.isEmpty() ? "none" : "that of " + known));
    }
    int removed = stream.files.sweep(feed, snapshot);
    if (removed > 0) {
      progress.done("swept", Map.of("feed", feed.path(), "files", removed));
    }
    return stream;
  }

  /** @param everySeconds how often to look for more; 0: end when all that is there now has been read */
  StreamingQuery start(int recordsABatch, int everySeconds) throws TimeoutException {
    query = spark.readStream().format("kafka").options(kafka.options()).option("subscribe", feed.topic())
        .option("startingOffsets", "earliest").option("failOnDataLoss", "true")
        .option("groupIdPrefix", "analytics-ingest").option("maxOffsetsPerTrigger", recordsABatch).load()
        .writeStream().queryName(feed.path()).option("checkpointLocation", checkpoint.toString())
        .trigger(everySeconds == 0 ? Trigger.AvailableNow() : Trigger.ProcessingTime(everySeconds * 1000L))
        .foreachBatch((Dataset<Row> records, Long number) -> take(records, number)).start();
    return query;
  }

  private void take(Dataset<Row> records, long number) throws IOException {
    Snapshot before = snapshots.latest();
    if (number <= before.batch()) {
      return;
    }
    long rowsBefore = rows.sum();
    long malformedBefore = malformed.sum();
    String writer = "%s-%08d".formatted(feed.path(), number);
    List<String> added = new ArrayList<>();
    Dataset<Row> source = records.select(Source.COLUMNS[0], java.util.Arrays.copyOfRange(Source.COLUMNS, 1, 5));
    Path staged = files.stage(inPartitions(read(source)), feed.table(), writer);
    long bad = malformed.sum() - malformedBefore;
    Path set = bad == 0 ? null : files.stage(refused(source), Feed.QUARANTINE, writer + "-quarantine");
    progress.done("staged", Map.of("feed", feed.path(), "batch", number));
    added.addAll(files.publish(staged, feed.table(), writer));
    if (set != null) {
      added.addAll(files.publish(set, Feed.QUARANTINE, writer));
    }
    progress.done("published", Map.of("feed", feed.path(), "batch", number, "files", added.size()));
    snapshots.commit(before.withBatch(number, query.id().toString(), added));
    batches++;
    published += added.size();
    progress.done("committed",
        Map.of("feed", feed.path(), "batch", number, "rows", rows.sum() - rowsBefore, "quarantined", bad));
  }

  private Dataset<Row> read(Dataset<Row> source) {
    RowReader reader = feed.reader();
    LongAccumulator good = rows;
    LongAccumulator bad = malformed;
    return source.flatMap((FlatMapFunction<Row, Row>) record -> {
      try {
        Row row = reader.read(Source.of(record));
        good.add(1);
        return List.of(row).iterator();
      } catch (MalformedRecordException e) {
        bad.add(1);
        return List.<Row>of().iterator();
      }
    }, Encoders.row(feed.table().schema()));
  }

  private Dataset<Row> refused(Dataset<Row> source) {
    RowReader reader = feed.reader();
    String topic = feed.topic();
    return source.flatMap((FlatMapFunction<Row, Row>) record -> {
      Source read = Source.of(record);
      try {
        reader.read(read);
        return List.<Row>of().iterator();
      } catch (MalformedRecordException e) {
        return List.of(Quarantine.row(read, topic, e.getMessage())).iterator();
      }
    }, Encoders.row(Quarantine.SCHEMA)).coalesce(1);
  }

  /** One file a partition and batch: what belongs together goes to the same task. */
  private Dataset<Row> inPartitions(Dataset<Row> all) {
    return all.repartition(feed.table().partitions().stream().map(functions::col)
        .toArray(org.apache.spark.sql.Column[]::new));
  }

  void report() {
    progress.done("ingested", Map.of("feed", feed.path(), "batches", batches, "rows", rows.sum(), "quarantined",
        malformed.sum(), "files", published));
  }

  /** @return the id in the checkpoint, empty when there is none yet */
  private String streamId(FileSystem fileSystem) throws IOException {
    Path metadata = new Path(checkpoint, "metadata");
    if (!fileSystem.exists(metadata)) {
      return "";
    }
    try (InputStream in = fileSystem.open(metadata)) {
      return new ObjectMapper().readTree(in).path("id").asText();
    }
  }

  /** What stopped a stream, in words. */
  static Failure failure(StreamingQueryException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof Failure failure) {
        return failure;
      }
      if (String.valueOf(cause.getMessage()).contains("failOnDataLoss")) {
        return new Failure(Failure.INFRASTRUCTURE, "RECORDS_GONE",
            "expected the records after the last ones ingested, Kafka no longer has them: "
                + cause.getMessage().lines().findFirst().orElse(""));
      }
    }
    throw new IllegalStateException(e);
  }
}
