package ru.vygodno.lake;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import ru.vygodno.job.Arguments;
import ru.vygodno.job.Job;
import ru.vygodno.job.Progress;

/** Makes one file of the small ones of each partition. The rows stay what they are. */
public final class Compact implements Job {
  private static final long SMALL_BYTES = 64L << 20;

  private Compact() {}

  /** @param args {@code --key value} pairs, see {@link #arguments} */
  public static void main(String[] args) {
    Job.main(new Compact(), "compact", args);
  }

  @Override
  public List<String> arguments() {
    return List.of("lake", "lock");
  }

  @Override
  public void run(SparkSession spark, Arguments arguments) {
    Path lake = new Path(arguments.required("lake"));
    Progress progress = new Progress();
    try (LakeLock ignored = LakeLock.take(arguments.required("lock"))) {
      for (Feed feed : Feed.values()) {
        compact(spark, lake, feed, progress);
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void compact(SparkSession spark, Path lake, Feed feed, Progress progress) throws IOException {
    Configuration configuration = spark.sparkContext().hadoopConfiguration();
    LakeFiles files = new LakeFiles(configuration, lake);
    Snapshots snapshots = new Snapshots(configuration, lake, feed);
    Snapshot before = snapshots.latest();
    files.sweep(feed, before);
    List<String> gone = new ArrayList<>();
    List<String> added = new ArrayList<>();
    for (Feed.Table table : List.of(feed.table(), Feed.QUARANTINE)) {
      List<String> small = small(files, before.filesOf(table.name()));
      if (!small.isEmpty()) {
        gone.addAll(small);
        String writer = "%s-compact-%08d".formatted(feed.path(), before.version() + 1);
        added.addAll(files.publish(files.stage(together(spark, lake, table, small), table, writer + "-" + table.name()),
            table, writer));
      }
    }
    if (!gone.isEmpty()) {
      progress.done("published", Map.of("feed", feed.path()));
      snapshots.commit(before.withReplaced(gone, added));
      progress.done("committed", Map.of("feed", feed.path()));
      files.delete(gone);
    }
    progress.done("compacted", Map.of("feed", feed.path(), "before", before.files().size(), "after",
        before.files().size() - gone.size() + added.size()));
  }

  private static Dataset<Row> together(SparkSession spark, Path lake, Feed.Table table, List<String> small) {
    return LakeTables.read(spark, lake, table, small)
        .repartition(table.partitions().stream().map(functions::col).toArray(Column[]::new));
  }

  /** @return the small files of partitions that have more than one */
  private static List<String> small(LakeFiles files, List<String> all) {
    return all.stream().collect(Collectors.groupingBy(file -> file.substring(0, file.lastIndexOf('/')))).values().stream()
        .filter(partition -> partition.size() > 1)
        .map(partition -> partition.stream().filter(file -> files.length(file) < SMALL_BYTES).toList())
        .filter(partition -> partition.size() > 1).flatMap(List::stream).toList();
  }
}
