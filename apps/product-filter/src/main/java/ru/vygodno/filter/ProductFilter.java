package ru.vygodno.filter;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.rocksdb.NativeLibraryLoader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stream filter. Reads the shops' products and the ban rules, writes the catalogue of allowed products, what was
 * held back and why, and what could not be read; exactly once. Runs until it is told to stop.
 */
public final class ProductFilter {
  private static final Logger LOG = LoggerFactory.getLogger(ProductFilter.class);
  private static final Duration STOP_WITHIN = Duration.ofSeconds(20);
  private static final int INFRASTRUCTURE = 1;
  private static final int USAGE = 2;
  private static final int PREREQUISITE = 3;

  private ProductFilter() {}

  /**
   * Exit codes: 1 when the cluster or a stream thread fails, 2 for a bad configuration, 3 when topics are missing.
   *
   * @param args CONFIG.properties
   */
  public static void main(String[] args) {
    if (args.length != 1) {
      fail(USAGE, "usage: ProductFilter CONFIG.properties");
    }
    try {
      Settings settings = Settings.load(Path.of(args[0]));
      List<String> problems = TopicCheck.problems(settings.streams(), settings.topics());
      if (!problems.isEmpty()) {
        fail(PREREQUISITE, String.join("\n", problems) + "\nCreate the declared topics: task apply");
      }
      run(settings);
    } catch (IllegalArgumentException | ConfigException e) {
      fail(USAGE, e.getMessage());
    } catch (IOException e) {
      fail(USAGE, "expected a readable configuration and a state folder to write to, got " + e);
    } catch (ExecutionException | KafkaException e) {
      LOG.error("stopping", e);
      fail(INFRASTRUCTURE, "expected a cluster that answers, got " + rootOf(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void run(Settings settings) throws InterruptedException, IOException {
    loadRocksDb(settings.streams().getProperty(StreamsConfig.STATE_DIR_CONFIG));
    CountDownLatch failed = new CountDownLatch(1);
    ReadyFile ready = new ReadyFile(settings.readyFile());
    KafkaStreams streams = new KafkaStreams(FilterTopology.of(settings.topics()), settings.streams());
    streams.setUncaughtExceptionHandler(new Mishaps());
    streams.setStateListener((now, before) -> {
      LOG.info("{} (was {})", now, before);
      ready.show(now == KafkaStreams.State.RUNNING);
      if (now == KafkaStreams.State.ERROR) {
        failed.countDown();
      }
    });
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(streams, ready), "stop"));
    streams.start();
    failed.await();
    fail(INFRASTRUCTURE, "stopped by an error; the log has it");
  }

  /** Unpacks RocksDB's library beside the state: by default each killed run leaves its own 15 MB in the temp folder. */
  private static void loadRocksDb(String stateDir) throws IOException {
    if (stateDir != null) {
      Files.createDirectories(Path.of(stateDir));
      NativeLibraryLoader.getInstance().loadLibrary(stateDir);
    }
  }

  /** Leaves the group: otherwise the next start waits until this member's session times out. */
  private static void stop(KafkaStreams streams, ReadyFile ready) {
    ready.show(false);
    boolean stopped = streams.close(CloseOptions
        .groupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP).withTimeout(STOP_WITHIN));
    LOG.info(stopped ? "stopped" : "stopped without waiting any longer");
  }

  private static Throwable rootOf(Throwable e) {
    return e.getCause() == null ? e : rootOf(e.getCause());
  }

  private static void fail(int code, String message) {
    System.err.println(message);
    System.exit(code);
  }
}
