package ru.vygodno.recommend;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * A small market: products in groups, users who like one group. The categories cut across the groups, so that knowing
 * categories doesn't help. Some products are banned, some out of stock.
 */
final class Market {
  static final int PRODUCTS = 240;
  static final int GROUPS = 8;
  static final int DAYS = 60;
  private static final double SKEW = 1.7;
  private static final double OWN = 0.75;
  static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final StructType EVENT = new StructType().add("user_id", DataTypes.StringType)
      .add("product_id", DataTypes.StringType).add("type", DataTypes.StringType)
      .add("at", DataTypes.TimestampType).add("rating", DataTypes.IntegerType);
  private static final StructType PRODUCT = new StructType().add("product_id", DataTypes.StringType)
      .add("doc", DataTypes.StringType).add("name", DataTypes.StringType).add("category", DataTypes.StringType)
      .add("available", DataTypes.IntegerType).add("kafka_offset", DataTypes.LongType);

  private final List<Row> events = new ArrayList<>();
  private final Map<String, Set<String>> inHand = new HashMap<>();
  private final Map<String, Integer> groupOf = new HashMap<>();

  Market(int users, int eventsEach, long seed) {
    Random random = new Random(seed);
    for (int user = 0; user < users; user++) {
      String id = "user-%04d".formatted(user);
      groupOf.put(id, random.nextInt(GROUPS));
      for (int event = 0; event < eventsEach; event++) {
        add(id, product(random, groupOf.get(id)), type(random), random.nextInt(DAYS * 86_400));
      }
    }
  }

  /** How likely a rank is below another. */
  private static double upTo(int rank) {
    return Math.pow((double) rank * GROUPS / PRODUCTS, 1 / SKEW);
  }

  /** Of four events three are about the own group; lower numbers are more popular. */
  private static String product(Random random, int group) {
    int rank = (int) (Math.pow(random.nextDouble(), SKEW) * PRODUCTS / GROUPS);
    return id(rank * GROUPS + (random.nextDouble() < OWN ? group : random.nextInt(GROUPS)));
  }

  private static String type(Random random) {
    int roll = random.nextInt(20);
    return roll < 14 ? "view" : roll < 17 ? "cart" : roll < 19 ? "purchase" : "review";
  }

  static String id(int product) {
    return "p%03d".formatted(product);
  }

  static boolean banned(String id) {
    return Integer.parseInt(id.substring(1)) % 17 == 3;
  }

  static boolean outOfStock(String id) {
    return Integer.parseInt(id.substring(1)) % 11 == 5;
  }

  void add(String user, String product, String type, int second) {
    Integer rating = type.equals("review") ? 1 + second % 5 : null;
    events.add(RowFactory.create(user, product, type, Timestamp.from(START.plusSeconds(second)), rating));
    if (type.equals("cart") || type.equals("purchase")) {
      inHand.computeIfAbsent(user, key -> new HashSet<>()).add(product);
    }
  }

  Set<String> inHand(String user) {
    return inHand.getOrDefault(user, Set.of());
  }

  Dataset<Row> events(SparkSession spark) {
    return spark.createDataFrame(events, EVENT);
  }

  Catalogue catalogue() {
    return Catalogue.of(Stream.iterate(0, i -> i + 1).limit(PRODUCTS).map(Market::id)
        .map(id -> banned(id) ? new Catalogue.Item(id, null, null, 0)
            : new Catalogue.Item(id, "Товар " + id, category(id), outOfStock(id) ? 0 : 5)).toList());
  }

  /** The probability of each product to be a user's next one, as {@link #product} draws it. */
  Oracle oracle() {
    Map<String, Map<Integer, Float>> tastes = new HashMap<>();
    groupOf.forEach((user, group) -> {
      Map<Integer, Float> likes = new HashMap<>();
      for (int i = 0; i < PRODUCTS; i++) {
        double share = (1 - OWN) / GROUPS + (i % GROUPS == group ? OWN : 0);
        likes.put(i, (float) ((upTo(i / GROUPS + 1) - upTo(i / GROUPS)) * share));
      }
      tastes.put(user, likes);
    });
    return new Oracle(tastes);
  }

  /** Writes a lake as the ingest does: files, and a snapshot that names them. Products have a former state, too. */
  void write(SparkSession spark, Path lake) throws IOException {
    events(spark).selectExpr("*", "'2026-01-01' as day").coalesce(1).write().partitionBy("day")
        .parquet(lake.resolve("events").toUri().toString());
    List<Row> products = new ArrayList<>();
    for (int i = 0; i < PRODUCTS; i++) {
      String id = id(i);
      products.add(RowFactory.create(id, "{}", "Старый " + id, "старое", 9, (long) i));
      products.add(banned(id) ? RowFactory.create(id, null, null, null, null, (long) PRODUCTS + i)
          : RowFactory.create(id, "{}", "Товар " + id, category(id), outOfStock(id) ? 0 : 5, (long) PRODUCTS + i));
    }
    spark.createDataFrame(products, PRODUCT).selectExpr("*", "'2026-01-01' as day").coalesce(1).write()
        .partitionBy("day").parquet(lake.resolve("products").toUri().toString());
    for (String table : List.of("events", "products")) {
      snapshot(lake, table);
    }
  }

  private static void snapshot(Path lake, String table) throws IOException {
    try (Stream<Path> all = Files.walk(lake.resolve(table))) {
      List<String> files = all.filter(file -> file.toString().endsWith(".parquet"))
          .map(file -> '"' + lake.relativize(file).toString() + '"').toList();
      Path snapshot = lake.resolve("snapshots").resolve(table).resolve("%020d.json".formatted(0));
      Files.createDirectories(snapshot.getParent());
      Files.writeString(snapshot,
          "{\"version\":0,\"batch\":0,\"stream\":\"test\",\"files\":[%s]}".formatted(String.join(",", files)));
    }
  }

  private static String category(String id) {
    return "Категория " + Integer.parseInt(id.substring(1)) / GROUPS % 5;
  }
}
