package ru.vygodno.filter;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Shows a supervisor on the same machine that the filter is running: a file that holds the process id. A file left by a
 * process that was killed names another id.
 */
final class ReadyFile {
  private final Path file;

  /** @param file where, or null to show nothing */
  ReadyFile(Path file) {
    this.file = file;
    show(false);
  }

  synchronized void show(boolean running) {
    if (file == null) {
      return;
    }
    try {
      if (running) {
        Path draft = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(draft, ProcessHandle.current().pid() + "\n");
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
      } else {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("expected to write the ready file " + file, e);
    }
  }
}
