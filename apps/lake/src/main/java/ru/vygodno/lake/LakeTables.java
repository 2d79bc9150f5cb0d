package ru.vygodno.lake;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Reads tables of the lake as their latest snapshots have them: neither half a batch nor a file and its replacement. */
public final class LakeTables {
  private LakeTables() {}

  /**
   * @param lake the lake's folder
   * @param name {@code events}, {@code products} or {@code quarantine}
   * @return all rows; none when nothing has been ingested
   */
  public static Dataset<Row> read(SparkSession spark, String lake, String name) {
    List<String> files = new ArrayList<>();
    try {
      for (Feed feed : Feed.values()) {
        files.addAll(new Snapshots(spark.sparkContext().hadoopConfiguration(), new Path(lake), feed).latest().filesOf(name));
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    Feed.Table table = Feed.Table.byName().get(name);
    return files.isEmpty() ? spark.createDataFrame(List.of(), table.schema()) : read(spark, new Path(lake), table, files);
  }

  /** @param files paths below the lake's folder */
  static Dataset<Row> read(SparkSession spark, Path lake, Feed.Table table, List<String> files) {
    return spark.read().schema(table.schema()).option("basePath", new Path(lake, table.name()).toString())
        .parquet(files.stream().map(file -> new Path(lake, file).toString()).toArray(String[]::new));
  }
}
