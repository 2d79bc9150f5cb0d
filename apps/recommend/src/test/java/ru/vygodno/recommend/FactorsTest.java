package ru.vygodno.recommend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.apache.spark.ml.recommendation.ALSModel;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class FactorsTest {
  @Test
  void usersAreSolvedForAsMllibDoes() {
    Market market = new Market(60, 20, 3);
    Interactions events = Interactions.of(market.events(Local.SPARK), market.catalogue(), Instant.now());
    Factors.Settings settings = new Factors.Settings(4, 0.1, 2, Double.POSITIVE_INFINITY);
    try (Training training = new Training(Local.SPARK, events.histories(events.span().end()), Market.PRODUCTS)) {
      ALSModel model = Factors.fit(training, settings, 1);
      Factors ours = Factors.of(model, Market.PRODUCTS, settings);
      List<History> users = training.histories().collect().stream().sorted(Comparator.comparing(History::user)).toList();
      List<Row> theirs = model.userFactors().orderBy("id").collectAsList();
      assertTrue(theirs.size() == users.size() && users.size() == 60);
      for (int i = 0; i < users.size(); i++) {
        double[] expected = theirs.get(i).<Float>getList(1).stream().mapToDouble(Float::doubleValue).toArray();
        assertArrayEquals(expected, ours.user(users.get(i)), 1e-4, users.get(i).user());
      }
    }
  }
}
