package ru.vygodno.recommend;

import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;

/** What models learn from: the histories up to a moment. Keeps what several of them need. */
final class Training implements AutoCloseable {
  private final SparkSession spark;
  private final JavaRDD<History> histories;
  private final int products;
  private final long users;
  private final Map<Double, Pairs> pairs = new TreeMap<>();

  Training(SparkSession spark, JavaRDD<History> histories, int products) {
    this.spark = spark;
    this.histories = histories.persist(StorageLevel.MEMORY_AND_DISK());
    this.products = products;
    this.users = this.histories.count();
  }

  SparkSession spark() {
    return spark;
  }

  JavaRDD<History> histories() {
    return histories;
  }

  int products() {
    return products;
  }

  long users() {
    return users;
  }

  Popularity popularity() {
    return Popularity.of(histories, products);
  }

  Pairs pairs(double halfLifeDays) {
    return pairs.computeIfAbsent(halfLifeDays, days -> Pairs.count(histories, products, days));
  }

  @Override
  public void close() {
    pairs.values().forEach(Pairs::forget);
    histories.unpersist();
  }
}
