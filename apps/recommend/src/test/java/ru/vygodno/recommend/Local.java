package ru.vygodno.recommend;

import org.apache.spark.sql.SparkSession;

/** One Spark for all tests: it takes longer to start than they take. */
final class Local {
  static final SparkSession SPARK = SparkSession.builder().master("local[2]").appName("test")
      .config("spark.ui.enabled", "false").config("spark.driver.host", "127.0.0.1")
      .config("spark.driver.bindAddress", "127.0.0.1").config("spark.sql.shuffle.partitions", "2")
      .config("spark.sql.session.timeZone", "UTC").getOrCreate();

  private Local() {}
}
