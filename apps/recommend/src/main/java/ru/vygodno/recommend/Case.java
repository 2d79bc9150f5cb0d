package ru.vygodno.recommend;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;

/**
 * A question to a model, and its answer: what a user had done before a window, and what they took up in it.
 *
 * @param relevant products that the user bought or put into the cart for the first time in the window
 */
record Case(History history, int[] relevant) {

  /**
   * The users that took up anything in a window; also those of whom nothing was known before it.
   *
   * @param histories up to {@code from}
   * @param most users at most; always the same ones
   */
  static List<Case> of(Interactions events, JavaRDD<History> histories, Instant from, Instant until,
      boolean[] offered, int most) {
    Dataset<Row> firsts = events.firsts(from, until)
        .orderBy(functions.expr("xxhash64(user_id)"), functions.col("user_id")).limit(most);
    Map<String, int[]> relevant = new HashMap<>();
    for (Row row : firsts.collectAsList()) {
      int[] items = row.<Integer>getList(1).stream().mapToInt(Integer::intValue).filter(i -> offered[i]).toArray();
      if (items.length > 0) {
        relevant.put(row.getString(0), items);
      }
    }
    Map<String, History> known = new HashMap<>();
    Set<String> users = new TreeSet<>(relevant.keySet());
    histories.filter(history -> users.contains(history.user())).collect()
        .forEach(history -> known.put(history.user(), history));
    return users.stream()
        .map(user -> new Case(known.getOrDefault(user, History.none(user)), relevant.get(user))).toList();
  }

  /** The control: everybody is taken for their neighbour in a list in no order. Nothing personal is left. */
  static List<Case> shuffled(List<Case> cases, long seed) {
    List<Case> others = new ArrayList<>(cases);
    Collections.shuffle(others, new Random(seed));
    Map<String, History> next = new HashMap<>();
    IntStream.range(0, others.size()).forEach(i -> next.put(others.get(i).history().user(),
        others.get((i + 1) % others.size()).history()));
    return cases.stream()
        .map(each -> new Case(each.history().withInterestsOf(next.get(each.history().user())), each.relevant()))
        .toList();
  }
}
