package ru.vygodno.job;

import java.util.List;
import java.util.regex.Pattern;
import org.apache.hadoop.security.AccessControlException;
import org.apache.spark.sql.SparkSession;

/** The frame of a job: arguments, Spark, and how it ends. */
public interface Job {
  /** An executor's words, and those of a Spark that won't even start in so small a heap. */
  Pattern OUT_OF_MEMORY = Pattern.compile("OutOfMemoryError|INVALID_DRIVER_MEMORY|INVALID_EXECUTOR_MEMORY");

  /** The keys of its arguments. */
  List<String> arguments();

  /** @throws Failure when it can't do its work */
  void run(SparkSession spark, Arguments arguments);

  /** Runs a job and ends the process: with a single line {@code CODE message} on stderr when it fails. */
  static void main(Job job, String name, String[] args) {
    int exit = 0;
    try {
      Arguments arguments = Arguments.parse(args, job.arguments());
      try (SparkSession spark = session(name)) {
        job.run(spark, arguments);
      }
    } catch (Failure e) {
      System.err.println(e.line());
      exit = e.exit();
    } catch (Exception | OutOfMemoryError e) {
      e.printStackTrace();
      System.err.println(lineOf(e));
      exit = Failure.INFRASTRUCTURE;
    }
    System.exit(exit);
  }

  private static SparkSession session(String name) {
    SparkSession spark = SparkSession.builder().appName(name).getOrCreate();
    // the default of 200 tasks a shuffle costs more than the data: a few a core are enough
    if (!spark.sparkContext().getConf().contains("spark.sql.shuffle.partitions")) {
      spark.conf().set("spark.sql.shuffle.partitions", 2L * spark.sparkContext().defaultParallelism());
    }
    spark.conf().set("spark.sql.session.timeZone", "UTC");
    return spark;
  }

  private static String lineOf(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof OutOfMemoryError || OUT_OF_MEMORY.matcher(String.valueOf(cause.getMessage())).find()) {
        return "SPARK_OUT_OF_MEMORY expected the job to fit into %d MiB of heap, it did not"
            .formatted(Runtime.getRuntime().maxMemory() >> 20);
      }
      if (cause instanceof AccessControlException) {
        return "LAKE_DENIED " + firstLine(cause);
      }
      if (cause instanceof java.net.ConnectException) {
        return "LAKE_UNREACHABLE expected HDFS to answer, got " + firstLine(cause);
      }
    }
    return "JOB_FAILED " + firstLine(e);
  }

  private static String firstLine(Throwable e) {
    return String.valueOf(e).lines().findFirst().orElse("");
  }
}
