package ru.vygodno.recommend;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The ceiling: knows what the simulator knows, the true tastes, and not what chance will make of them. */
record Oracle(Map<String, Map<Integer, Float>> tastes) implements Model {

  /**
   * @param file {@code {"users": [{"user_id": …, "tastes": [[product_id, utility], …]}, …]}}
   * @throws IOException when it can't be read
   */
  static Oracle read(Path file, Catalogue catalogue) throws IOException {
    Map<String, Integer> numbers = catalogue.numbers();
    Map<String, Map<Integer, Float>> all = new HashMap<>();
    for (JsonNode user : new ObjectMapper().readTree(file.toFile()).path("users")) {
      Map<Integer, Float> tastes = new HashMap<>();
      for (JsonNode taste : user.path("tastes")) {
        Integer item = numbers.get(taste.path(0).asText());
        if (item != null) {
          tastes.put(item, (float) taste.path(1).asDouble());
        }
      }
      all.put(user.path("user_id").asText(), tastes);
    }
    return new Oracle(all);
  }

  @Override
  public void score(History history, float[] scores) {
    tastes.getOrDefault(history.user(), Map.of()).forEach((item, utility) -> scores[item] = utility);
  }
}
