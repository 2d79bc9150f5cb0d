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
      String metrics = read(args[0], "/metrics");
      String state = read(args[0], "/state");
      boolean whole = metrics.contains("jvm_threads_current") && metrics.contains("java_lang_runtime_starttime");
      boolean little = !state.contains("jvm_") && state.contains("java_lang_memory_verbose");
      System.out.println(whole && little ? "metrics are there" : metrics + state);
      if (args[1].equals("throw")) {
        throw new IllegalStateException("the program's own failure");
      }
    }

    private static String read(String address, String path) throws Exception {
      try (InputStream answer = URI.create("http://" + address + path).toURL().openStream()) {
        return new String(answer.readAllBytes(), StandardCharsets.UTF_8);
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
    Path metrics = configOf(folder.resolve("metrics.yaml"), "Runtime");
    Path state = configOf(folder.resolve("state.yaml"), "Memory");
    String address;
    try (ServerSocket free = new ServerSocket(0)) {
      address = "127.0.0.1:" + free.getLocalPort();
    }
    Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
        System.getProperty("java.class.path"), Observed.class.getName(), address, metrics.toString(),
        state.toString(), Program.class.getName(), address, end).redirectErrorStream(true).start();
    try {
      assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it did not end");
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return process.exitValue() + " " + output;
    } finally {
      process.destroyForcibly();
    }
  }

  private static Path configOf(Path file, String type) throws Exception {
    return Files.writeString(file, "lowercaseOutputName: true\nincludeObjectNames: [\"java.lang:type=" + type + "\"]\n");
  }
}
