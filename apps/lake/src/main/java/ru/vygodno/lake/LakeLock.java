package ru.vygodno.lake;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import ru.vygodno.job.Failure;

/** Lets one job at a time change the lake. The kernel lets go of it when the process ends, however it ends. */
record LakeLock(FileChannel channel) implements AutoCloseable {

  /**
   * @param file on this machine
   * @throws Failure {@code LAKE_BUSY} when another process holds it
   */
  static LakeLock take(String file) {
    try {
      Files.createDirectories(Path.of(file).getParent());
      FileChannel channel = FileChannel.open(Path.of(file), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (channel.tryLock() == null) {
        throw new Failure(Failure.INFRASTRUCTURE, "LAKE_BUSY",
            "expected to be the only job that changes the lake, another one runs (it holds %s)".formatted(file));
      }
      return new LakeLock(channel);
    } catch (IOException e) {
      throw new Failure(Failure.INFRASTRUCTURE, "LAKE_BUSY", "expected to lock %s, got %s".formatted(file, e));
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
