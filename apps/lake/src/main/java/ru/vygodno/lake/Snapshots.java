package ru.vygodno.lake;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import ru.vygodno.job.Failure;

/** The snapshots of a feed, {@code snapshots/FEED/VERSION.json}; a rename that never overwrites makes one valid. */
final class Snapshots {
  private static final int KEPT = 10;

  private final Path folder;
  private final FileSystem files;
  private final FileContext context;

  Snapshots(Configuration configuration, Path lake, Feed feed) throws IOException {
    folder = new Path(lake, "snapshots/" + feed.path());
    files = lake.getFileSystem(configuration);
    context = FileContext.getFileContext(files.getUri(), configuration);
  }

  Snapshot latest() throws IOException {
    List<Path> all = all();
    if (all.isEmpty()) {
      return Snapshot.NONE;
    }
    try (InputStream in = files.open(all.get(all.size() - 1))) {
      return Snapshot.read(in);
    }
  }

  /** @throws Failure {@code LAKE_CHANGED} when somebody else has made the snapshot of this version meanwhile */
  void commit(Snapshot next) throws IOException {
    Path written = new Path(folder, "_" + UUID.randomUUID());
    try (OutputStream out = files.create(written)) {
      next.write(out);
    }
    try {
      context.rename(written, new Path(folder, "%020d.json".formatted(next.version())), Options.Rename.NONE);
    } catch (FileAlreadyExistsException e) {
      throw new Failure(Failure.INFRASTRUCTURE, "LAKE_CHANGED",
          "expected to write version %d of %s, another job has written it".formatted(next.version(), folder));
    }
    List<Path> all = all();
    for (Path old : all.subList(0, Math.max(0, all.size() - KEPT))) {
      files.delete(old, false);
    }
  }

  private List<Path> all() throws IOException {
    return files.exists(folder)
        ? Arrays.stream(files.listStatus(folder)).map(FileStatus::getPath)
            .filter(path -> path.getName().endsWith(".json")).sorted().toList()
        : List.of();
  }
}
