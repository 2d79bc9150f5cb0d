package ru.vygodno.jmx;

import io.prometheus.jmx.JavaAgent;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Starts the Prometheus JMX exporter and then a program in the same JVM:
 * {@code Observed HOST:PORT:CONFIG MAIN-CLASS ARGUMENTS…}.
 *
 * <p>The exporter is made to be a {@code -javaagent}, but one that changes no classes. As an agent it makes the JVM look at
 * the bytes of every class that it takes from a class archive (AppCDS), which costs what the archive has saved, and an
 * archive can't be written with it. Called like this it is a library, and its classes are in the archive, too.
 */
public final class Observed {
  private Observed() {}

  /** Does not return before the program's own main method has. */
  public static void main(String[] args) throws Throwable {
    if (args.length < 2) {
      throw new IllegalArgumentException("expected HOST:PORT:CONFIG MAIN-CLASS ARGUMENTS…, got " + String.join(" ", args));
    }
    // its server's threads take after the one that makes them: a program that ends must not be kept alive by being watched
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread starter = new Thread(() -> start(args[0], failure), "jmx-exporter");
    starter.setDaemon(true);
    starter.start();
    starter.join();
    if (failure.get() != null) {
      throw failure.get();
    }
    try {
      Class.forName(args[1]).getMethod("main", String[].class)
          .invoke(null, (Object) Arrays.copyOfRange(args, 2, args.length));
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private static void start(String argument, AtomicReference<Throwable> failure) {
    try {
      JavaAgent.premain(argument, null);
    } catch (Throwable e) {
      failure.set(e);
    }
  }
}
