package ru.vygodno.jmx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ObservedTest {
  /** Asks for its own metrics, says how many lines there are, and ends as it is told. */
  public static final class Program {
    private Program() {}

    public static void main(String[] args) throws Exception {
      try (InputStream metrics = URI.create("http://" + args[0] + "/metrics").toURL().openStream()) {
        String text = new String(metrics.readAllBytes(), StandardCharsets.UTF_8);
        System.out.println(text.contains("jvm_threads_current") ? "metrics are there" : text);
      }
      if (args[1].equals("throw")) {
        throw new IllegalStateException("the program's own failure");
      }
    }
  }

  @Test
  void showsMetricsAndEndsWithItsProgram(@TempDir Path folder) throws Exception {
    assertEquals("0 metrics are there", run(folder, "return"));
  }

  @Test
  void failsWithItsProgram(@TempDir Path folder) throws Exception {
    String outcome = run(folder, "throw");
    assertTrue(outcome.startsWith("1 metrics are there"), outcome);
    assertTrue(outcome.contains("the program's own failure"), outcome);
  }

  private static String run(Path folder, String end) throws Exception {
    Path config = Files.writeString(folder.resolve("jmx.yaml"), "includeObjectNames: [\"java.lang:type=Runtime\"]\n");
    String address;
    try (ServerSocket free = new ServerSocket(0)) {
      address = "127.0.0.1:" + free.getLocalPort();
    }
    Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
        System.getProperty("java.class.path"), Observed.class.getName(), address + ":" + config, Program.class.getName(),
        address, end).redirectErrorStream(true).start();
    try {
      assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it did not end");
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return process.exitValue() + " " + output;
    } finally {
      process.destroyForcibly();
    }
  }
}
