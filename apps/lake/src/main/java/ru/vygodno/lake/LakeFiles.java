package ru.vygodno.lake;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;

/**
 * Puts rows into the tables of the lake in three steps: Spark writes them below {@code staging}, they are renamed into
 * their tables under the writer's name, and the caller commits a snapshot that names them. What ends before the last
 * step has left files that no snapshot names; {@link #sweep} removes them.
 */
final class LakeFiles {
  private final Path lake;
  private final FileSystem files;

  LakeFiles(Configuration configuration, Path lake) throws IOException {
    this.lake = lake;
    files = lake.getFileSystem(configuration);
  }

  /** @return the folder that the rows now lie in, as Parquet, one file a partition of the table and of the rows */
  Path stage(Dataset<Row> rows, Feed.Table table, String writer) {
    Path staged = new Path(lake, "staging/%s/%s".formatted(writer, table.name()));
    rows.write().mode(SaveMode.Overwrite).partitionBy(table.partitions().toArray(String[]::new))
        .parquet(staged.toString());
    return staged;
  }

  /**
   * Moves staged files into a table.
   *
   * @param writer names the files: {@code FEED-…}
   * @return their paths below the lake's folder
   */
  List<String> publish(Path staged, Feed.Table table, String writer) throws IOException {
    List<String> published = new ArrayList<>();
    Set<String> folders = new HashSet<>();
    for (Path file : parquetFiles(staged)) {
      String folder = table.name() + "/" + relative(staged, file.getParent());
      String target = "%s/%s-%05d.parquet".formatted(folder, writer, published.size());
      if (folders.add(folder)) {
        files.mkdirs(new Path(lake, folder));
      }
      if (!files.rename(file, new Path(lake, target))) {
        throw new IOException("expected to move %s to %s, HDFS refused".formatted(file, target));
      }
      published.add(target);
    }
    files.delete(staged.getParent(), true);
    return published;
  }

  /** Deletes what an interrupted writer of the feed has left: staged files and files that the snapshot doesn't name. */
  int sweep(Feed feed, Snapshot snapshot) throws IOException {
    Set<String> known = Set.copyOf(snapshot.files());
    int removed = 0;
    for (Feed.Table table : List.of(feed.table(), Feed.QUARANTINE)) {
      for (Path file : parquetFiles(new Path(lake, table.name()))) {
        if (file.getName().startsWith(feed.path() + "-") && !known.contains(relative(lake, file))) {
          files.delete(file, false);
          removed++;
        }
      }
    }
    Path staging = new Path(lake, "staging");
    for (Path left : files.exists(staging) ? List.of(files.globStatus(new Path(staging, feed.path() + "-*"))).stream()
        .map(status -> status.getPath()).toList() : List.<Path>of()) {
      files.delete(left, true);
    }
    return removed;
  }

  void delete(List<String> paths) throws IOException {
    for (String path : paths) {
      files.delete(new Path(lake, path), false);
    }
  }

  /** @return the size in bytes */
  long length(String path) {
    try {
      return files.getFileStatus(new Path(lake, path)).getLen();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<Path> parquetFiles(Path folder) throws IOException {
    List<Path> found = new ArrayList<>();
    try {
      RemoteIterator<LocatedFileStatus> all = files.listFiles(folder, true);
      while (all.hasNext()) {
        Path file = all.next().getPath();
        if (file.getName().endsWith(".parquet")) {
          found.add(file);
        }
      }
    } catch (FileNotFoundException e) {
      return List.of();
    }
    return found.stream().sorted().toList();
  }

  private String relative(Path folder, Path path) {
    return files.makeQualified(folder).toUri().relativize(files.makeQualified(path).toUri()).getPath();
  }
}
