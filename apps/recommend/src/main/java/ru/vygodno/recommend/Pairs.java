package ru.vygodno.recommend;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/**
 * Which products are found in one history, how often and how strongly.
 *
 * @param together one entry per pair, the lesser product in the upper half of the key
 * @param norms per product the root of the sum of its squared weights
 */
record Pairs(JavaPairRDD<Long, Pairs.Count> together, double[] norms) {
  /** Counts are handed on at this size, so that a task's memory doesn't grow with the catalogue: about 60 MB. */
  private static final int MOST_IN_MEMORY = 500_000;

  /** Sums over the users that have both products in their histories; exact, see {@link History#weights}. */
  static final class Count implements Serializable {
    private double product;
    private int users;
    private int buyers;

    private void add(double weights, boolean bought) {
      product += weights;
      users++;
      buyers += bought ? 1 : 0;
    }

    private Count plus(Count other) {
      Count sum = new Count();
      sum.product = product + other.product;
      sum.users = users + other.users;
      sum.buyers = buyers + other.buyers;
      return sum;
    }

    double product() {
      return product;
    }

    int users() {
      return users;
    }

    /** Those who bought both. */
    int buyers() {
      return buyers;
    }
  }

  static Pairs count(JavaRDD<History> histories, int products, double halfLifeDays) {
    JavaPairRDD<Long, Count> all = histories
        .mapPartitionsToPair(part -> new Counting(part, halfLifeDays))
        .reduceByKey(Count::plus)
        .persist(StorageLevel.MEMORY_AND_DISK());
    double[] norms = new double[products];
    all.filter(entry -> first(entry._1) == second(entry._1)).collect()
        .forEach(entry -> norms[first(entry._1)] = Math.sqrt(entry._2.product()));
    return new Pairs(all, norms);
  }

  static int first(long pair) {
    return (int) (pair >>> Integer.SIZE);
  }

  static int second(long pair) {
    return (int) pair;
  }

  void forget() {
    together.unpersist();
  }

  /** Counts history after history and hands on what has come together whenever there is enough. */
  private static final class Counting implements Iterator<Tuple2<Long, Count>> {
    private final Iterator<History> histories;
    private final double halfLifeDays;
    private Iterator<Tuple2<Long, Count>> ready = List.<Tuple2<Long, Count>>of().iterator();

    Counting(Iterator<History> histories, double halfLifeDays) {
      this.histories = histories;
      this.halfLifeDays = halfLifeDays;
    }

    @Override
    public boolean hasNext() {
      while (!ready.hasNext() && histories.hasNext()) {
        Map<Long, Count> counts = new HashMap<>();
        while (histories.hasNext() && counts.size() < MOST_IN_MEMORY) {
          add(histories.next(), counts);
        }
        List<Tuple2<Long, Count>> batch = new ArrayList<>(counts.size());
        counts.forEach((pair, count) -> batch.add(new Tuple2<>(pair, count)));
        ready = batch.iterator();
      }
      return ready.hasNext();
    }

    @Override
    public Tuple2<Long, Count> next() {
      return ready.next();
    }

    private void add(History history, Map<Long, Count> counts) {
      float[] weights = history.weights(halfLifeDays);
      int[] items = history.items();
      for (int i = 0; i < items.length; i++) {
        for (int j = i; j < items.length; j++) {
          long pair = (long) Math.min(items[i], items[j]) << Integer.SIZE | Math.max(items[i], items[j]);
          counts.computeIfAbsent(pair, key -> new Count())
              .add((double) weights[i] * weights[j], history.bought()[i] && history.bought()[j]);
        }
      }
    }
  }
}
