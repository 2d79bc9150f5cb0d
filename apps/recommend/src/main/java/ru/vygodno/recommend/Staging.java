package ru.vygodno.recommend;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * What has been, or may have been, sent to the topic. A run is written here whole before its first record goes out,
 * and replaces the former ones when its last record is there; a run that was killed half-way stays until then, so that
 * the next one knows of every key that can be in the topic.
 */
record Staging(SparkSession spark, String path) {
  private static final String COMPLETE = "_SUCCESS";

  /** Writes a run. @return where to */
  String write(Dataset<Row> documents) {
    String run = path + "/run=" + System.currentTimeMillis();
    // said here, because the session may have it turned off
    documents.write().option("mapreduce.fileoutputcommitter.marksuccessfuljobs", "true").parquet(run);
    return run;
  }

  Dataset<Row> read(String run) {
    return spark.read().parquet(run);
  }

  /** Keys that other runs have sent and this one does not have: users who are no longer in the lake. */
  Dataset<Row> vanished(String run) {
    List<String> former = others(run).stream().filter(this::complete).toList();
    Dataset<Row> mine = read(run).select("key");
    return former.isEmpty() ? mine.limit(0)
        : spark.read().parquet(former.toArray(String[]::new)).select("key").distinct().except(mine);
  }

  /** Forgets all runs but this one. */
  void keepOnly(String run) {
    for (String other : others(run)) {
      try {
        files().delete(new Path(other), true);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private List<String> others(String run) {
    try {
      List<String> others = new ArrayList<>();
      for (FileStatus each : files().listStatus(new Path(path))) {
        others.add(path + "/" + each.getPath().getName());
      }
      others.remove(run);
      return others;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean complete(String run) {
    try {
      return files().exists(new Path(run, COMPLETE));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private FileSystem files() throws IOException {
    return new Path(path).getFileSystem(spark.sparkContext().hadoopConfiguration());
  }
}
