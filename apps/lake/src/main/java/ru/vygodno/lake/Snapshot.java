package ru.vygodno.lake;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the lake holds of a feed: the list of its files. A file that no snapshot names is not part of the lake.
 *
 * @param version counts the snapshots of the feed
 * @param batch the last batch of the stream whose rows are in it, -1 before the first
 * @param stream the id of the streaming query, which lives in its checkpoint: batch numbers mean nothing in another one
 * @param files paths below the lake's folder
 */
record Snapshot(long version, long batch, String stream, List<String> files) {
  private static final ObjectMapper JSON = new ObjectMapper();

  static final Snapshot NONE = new Snapshot(-1, -1, "", List.of());

  /** @return the snapshot after a batch that added files */
  Snapshot withBatch(long number, String query, List<String> added) {
    return new Snapshot(version + 1, number, query, Stream.concat(files.stream(), added.stream()).toList());
  }

  /** @return the snapshot after files took the place of others */
  Snapshot withReplaced(List<String> gone, List<String> added) {
    Stream<String> kept = files.stream().filter(file -> !gone.contains(file));
    return new Snapshot(version + 1, batch, stream, Stream.concat(kept, added.stream()).toList());
  }

  /** @param table name of a table */
  List<String> filesOf(String table) {
    return files.stream().filter(file -> file.startsWith(table + "/")).toList();
  }

  static Snapshot read(InputStream in) throws IOException {
    return JSON.readValue(in, Snapshot.class);
  }

  void write(OutputStream out) throws IOException {
    JSON.writeValue(out, this);
  }
}
