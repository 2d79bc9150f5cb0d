package ru.vygodno.lake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ru.vygodno.job.Failure;

/** A writer that ends after any of its steps, and what the next one makes of it; here on a local file system. */
class LakeFilesTest {
  private static final String DAY = "day=2026-03-05";

  @TempDir Path lake;
  private LakeFiles files;
  private Snapshots snapshots;

  @BeforeEach
  void open() throws IOException {
    org.apache.hadoop.fs.Path folder = new org.apache.hadoop.fs.Path(lake.toUri());
    files = new LakeFiles(new Configuration(), folder);
    snapshots = new Snapshots(new Configuration(), folder, Feed.EVENTS);
  }

  private org.apache.hadoop.fs.Path staged(String writer) throws IOException {
    Path folder = lake.resolve("staging/" + writer + "/events");
    Files.createDirectories(folder.resolve(DAY));
    Files.writeString(folder.resolve(DAY + "/part-0.parquet"), writer);
    return new org.apache.hadoop.fs.Path(folder.toUri());
  }

  private List<String> publish(String writer) throws IOException {
    return files.publish(staged(writer), Feed.EVENTS.table(), writer);
  }

  private boolean exists(String file) {
    return Files.exists(lake.resolve(file));
  }

  @Test
  void aCommittedBatchStays() throws IOException {
    List<String> added = publish("events-00000000");
    snapshots.commit(snapshots.latest().withBatch(0, "stream", added));
    assertEquals(0, files.sweep(Feed.EVENTS, snapshots.latest()));
    assertEquals(List.of("events/" + DAY + "/events-00000000-00000.parquet"), snapshots.latest().files());
    assertTrue(exists(added.get(0)));
    assertFalse(exists("staging/events-00000000"));
  }

  @Test
  void whatWasStagedOrPublishedButNotCommittedIsSweptAndTheBatchRunsAgain() throws IOException {
    staged("events-00000001");
    List<String> orphans = publish("events-00000000");
    assertEquals(1, files.sweep(Feed.EVENTS, snapshots.latest()));
    assertFalse(exists(orphans.get(0)));
    assertFalse(exists("staging/events-00000001"));
    snapshots.commit(snapshots.latest().withBatch(0, "stream", publish("events-00000000")));
    assertTrue(exists(snapshots.latest().files().get(0)));
  }

  @Test
  void theFilesOfAnotherFeedAreNotTouched() throws IOException {
    Files.createDirectories(lake.resolve("quarantine/day=2026-03-05"));
    Files.writeString(lake.resolve("quarantine/day=2026-03-05/products-00000000-00000.parquet"), "");
    assertEquals(0, files.sweep(Feed.EVENTS, snapshots.latest()));
    assertTrue(exists("quarantine/day=2026-03-05/products-00000000-00000.parquet"));
  }

  @Test
  void aCompactionThatEndsBeforeItDeletesIsFinishedByTheNextWriter() throws IOException {
    snapshots.commit(snapshots.latest().withBatch(0, "stream", publish("events-00000000")));
    List<String> old = snapshots.latest().files();
    snapshots.commit(snapshots.latest().withReplaced(old, publish("events-compact-00000001")));
    assertTrue(exists(old.get(0)), "it ended here");
    assertEquals(1, files.sweep(Feed.EVENTS, snapshots.latest()));
    assertFalse(exists(old.get(0)));
    assertEquals(0, snapshots.latest().batch(), "the stream goes on where it was");
    assertEquals(List.of("events/" + DAY + "/events-compact-00000001-00000.parquet"), snapshots.latest().files());
  }

  @Test
  void twoWritersCanNotMakeTheSameVersion() throws IOException {
    Snapshot before = snapshots.latest();
    snapshots.commit(before.withBatch(0, "stream", List.of()));
    Failure failure = assertThrows(Failure.class, () -> snapshots.commit(before.withBatch(0, "stream", List.of("x"))));
    assertTrue(failure.line().startsWith("LAKE_CHANGED"));
    assertEquals(List.of(), snapshots.latest().files());
  }

  @Test
  void onlyTheLatestSnapshotsAreKept() throws IOException {
    for (int batch = 0; batch < 15; batch++) {
      snapshots.commit(snapshots.latest().withBatch(batch, "stream", List.of("events/" + batch)));
    }
    assertEquals(14, snapshots.latest().batch());
    assertEquals(15, snapshots.latest().files().size());
    try (var all = Files.list(lake.resolve("snapshots/events"))) {
      assertEquals(10, all.filter(file -> file.toString().endsWith(".json")).count());
    }
  }
}
