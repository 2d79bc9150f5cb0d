package ru.vygodno.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.Map;

/** Tells on stdout, one JSON object a line, how far the job is: {@code {"stage": …, "seconds": …, …}}. */
public final class Progress {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final double NANOS = 1e9;

  private long since = System.nanoTime();

  /** @param facts what came out of the stage that has just ended; its duration in seconds is added */
  public void done(String stage, Map<String, ?> facts) {
    long now = System.nanoTime();
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("stage", stage);
    line.put("seconds", Math.round((now - since) / NANOS * 100) / 100.0);
    line.putAll(facts);
    since = now;
    try {
      System.out.println(JSON.writeValueAsString(line));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
