package ru.vygodno.recommend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The measuring, on a market of which it is known what must come out. */
class StudyTest {
  private static final int DAYS = 10;
  private static Study study;

  @BeforeAll
  static void measure() {
    study = of(new Market(500, 30, 2));
  }

  @Test
  void personalModelsFindTheGroupsAndTheOracleIsAhead() {
    double popularity = ndcg(Study.POPULARITY);
    for (String row : List.of(Recipe.CO_OCCURRENCE, Recipe.ALS, Study.CHOSEN)) {
      assertTrue(ndcg(row) > 1.3 * popularity, row + " " + ndcg(row) + ", popularity " + popularity);
      assertTrue(ndcg(Study.ORACLE) > ndcg(row), row + " " + ndcg(row) + ", oracle " + ndcg(Study.ORACLE));
    }
    assertTrue(popularity > ndcg("random"));
  }

  @Test
  void withUsersShuffledNothingPersonalIsLeft() {
    for (String kind : List.of(Recipe.CO_OCCURRENCE, Recipe.ALS)) {
      assertTrue(ndcg(kind + Study.SHUFFLED) < 1.1 * ndcg(Study.POPULARITY),
          kind + " " + ndcg(kind + Study.SHUFFLED) + ", popularity " + ndcg(Study.POPULARITY));
    }
    assertEquals(List.of(), new Report(List.of(study), DAYS).failures());
  }

  @Test
  void aLeakIsFound() {
    // the oracle in the place of a shuffled model: as if it had seen the test window
    Map<String, Trial> rows = new LinkedHashMap<>(study.rows());
    rows.put(Recipe.ALS + Study.SHUFFLED, rows.get(Study.ORACLE));
    Study leaking = new Study(study.seed(), study.users(), study.offered(), study.choice(), rows);
    List<String> failures = new Report(List.of(leaking), DAYS).failures();
    assertEquals(1, failures.size());
    assertTrue(failures.get(0).contains("expected als to fall to popularity"), failures.get(0));
  }

  @Test
  void againTheSame() {
    Study again = of(new Market(500, 30, 2));
    study.rows().forEach((row, trial) -> assertArrayEquals(trial.ndcg(), again.rows().get(row).ndcg(), row));
    assertEquals(study.choice().winner().recipe().name(), again.choice().winner().recipe().name());
  }

  private static Study of(Market market) {
    return Study.of(Local.SPARK, "1", market.events(Local.SPARK), market.catalogue(), market.oracle(), DAYS);
  }

  private static double ndcg(String row) {
    return study.rows().get(row).meanNdcg();
  }
}
