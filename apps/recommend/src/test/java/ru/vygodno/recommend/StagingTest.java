package ru.vygodno.recommend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StagingTest {
  @TempDir
  private Path folder;

  @Test
  void knowsWhomARunNoLongerHas() throws IOException {
    Staging staging = new Staging(Local.SPARK, folder.toUri() + "staging");
    String first = staging.write(documents("anna", "boris"));
    assertEquals(Set.of(), keys(staging.vanished(first)));
    staging.keepOnly(first);
    // killed while it was sending: never told that it is done
    String killed = staging.write(documents("boris", "vera"));
    assertEquals(Set.of("anna"), keys(staging.vanished(killed)));
    String last = staging.write(documents("boris"));
    assertEquals(Set.of("anna", "vera"), keys(staging.vanished(last)));
    staging.keepOnly(last);
    try (Stream<Path> runs = Files.list(folder.resolve("staging"))) {
      assertTrue(last.endsWith(runs.map(run -> run.getFileName().toString()).collect(Collectors.joining(","))), last);
    }
    assertEquals(Set.of("boris"), keys(staging.read(last)));
  }

  private static Dataset<Row> documents(String... users) {
    return Local.SPARK.createDataset(List.of(users), Encoders.STRING()).selectExpr("value as key", "'{}' as value");
  }

  private static Set<String> keys(Dataset<Row> rows) {
    return rows.select("key").as(Encoders.STRING()).collectAsList().stream().collect(Collectors.toSet());
  }
}
