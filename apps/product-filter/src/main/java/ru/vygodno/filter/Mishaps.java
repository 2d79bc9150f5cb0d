package ru.vygodno.filter;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens to a stream thread's error: what may pass gets a new thread, a few times a minute at most; what can't
 * pass stops the program, for its supervisor to see.
 */
final class Mishaps implements StreamsUncaughtExceptionHandler {
  private static final Logger LOG = LoggerFactory.getLogger(Mishaps.class);
  private static final int MOST = 5;
  private static final long WINDOW = Duration.ofMinutes(1).toNanos();

  private final Deque<Long> recent = new ArrayDeque<>();

  @Override
  public synchronized StreamThreadExceptionResponse handle(Throwable error) {
    long now = System.nanoTime();
    recent.addLast(now);
    while (now - recent.peekFirst() > WINDOW) {
      recent.removeFirst();
    }
    if (lasting(error)) {
      LOG.error("stopping: this does not pass by itself", error);
      return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }
    if (recent.size() > MOST) {
      LOG.error("stopping: {} errors within a minute", recent.size(), error);
      return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }
    LOG.warn("replacing a stream thread", error);
    return StreamThreadExceptionResponse.REPLACE_THREAD;
  }

  private static boolean lasting(Throwable error) {
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (cause instanceof MissingSourceTopicException || cause instanceof AuthorizationException
          || cause instanceof AuthenticationException || cause instanceof ConfigException
          || cause instanceof RecordTooLargeException || cause instanceof SerializationException
          || cause instanceof Error) {
        return true;
      }
    }
    return false;
  }
}
