package ru.vygodno.jmx;

import io.prometheus.jmx.BuildInfoMetrics;
import io.prometheus.jmx.JmxCollector;
import io.prometheus.metrics.exporter.httpserver.HTTPServer;
import io.prometheus.metrics.exporter.httpserver.MetricsHandler;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Starts the Prometheus JMX exporter and then a program in the same JVM:
 * {@code Observed HOST:PORT METRICS-CONFIG STATE-CONFIG MAIN-CLASS ARGUMENTS…}.
 *
 * <p>{@code /metrics} has all that the first file names, and the JVM's own metrics. Every other path has what the second one
 * names and nothing else: some tens of times cheaper, so that a death is noticed soon without reading everything as often.
 *
 * <p>The exporter is made to be a {@code -javaagent}, but one that changes no classes. As an agent it makes the JVM look at
 * the bytes of every class that it takes from a class archive (AppCDS), which costs what the archive has saved, and an
 * archive can't be written with it. Called like this it is a library, and its classes are in the archive, too.
 */
public final class Observed {
  private Observed() {}

  /** Does not return before the program's own main method has. */
  public static void main(String[] args) throws Throwable {
    if (args.length < 4) {
      throw new IllegalArgumentException(
          "expected HOST:PORT METRICS-CONFIG STATE-CONFIG MAIN-CLASS ARGUMENTS…, got " + String.join(" ", args));
    }
    // its server's threads take after the one that makes them: a program that ends must not be kept alive by being watched
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread starter = new Thread(() -> {
      try {
        serve(args[0], new File(args[1]), new File(args[2]));
      } catch (Throwable e) {
        failure.set(e);
      }
    }, "jmx-exporter");
    starter.setDaemon(true);
    starter.start();
    starter.join();
    if (failure.get() != null) {
      throw failure.get();
    }
    try {
      Class.forName(args[3]).getMethod("main", String[].class)
          .invoke(null, (Object) Arrays.copyOfRange(args, 4, args.length));
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private static void serve(String address, File metricsConfig, File stateConfig) throws Exception {
    PrometheusRegistry metrics = new PrometheusRegistry();
    new BuildInfoMetrics().register(metrics);
    JvmMetrics.builder().register(metrics);
    new JmxCollector(metricsConfig, JmxCollector.Mode.AGENT).register(metrics);
    PrometheusRegistry state = new PrometheusRegistry();
    new JmxCollector(stateConfig, JmxCollector.Mode.AGENT).register(state);
    int colon = address.lastIndexOf(':');
    HTTPServer.builder().hostname(address.substring(0, colon)).port(Integer.parseInt(address.substring(colon + 1)))
        .registry(metrics).defaultHandler(new MetricsHandler(state)).buildAndStart();
  }
}
