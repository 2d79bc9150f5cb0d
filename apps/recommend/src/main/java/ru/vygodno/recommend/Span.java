package ru.vygodno.recommend;

import java.time.Duration;
import java.time.Instant;

/** The time that events cover, cut into windows from its end: everybody's future is cut at the same moment. */
record Span(Instant first, Instant last) {

  /** The first moment after all events. */
  Instant end() {
    return last.plusNanos(1000);
  }

  /** The moment {@code days} before the end. */
  Instant before(int days) {
    return end().minus(Duration.ofDays(days));
  }

  /** Whether at least twice the windows' time lies before them: otherwise there is nothing to learn from. */
  boolean covers(int days) {
    return first.isBefore(end().minus(Duration.ofDays(3L * days)));
  }
}
