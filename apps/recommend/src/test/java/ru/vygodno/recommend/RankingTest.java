package ru.vygodno.recommend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class RankingTest {
  private static final boolean[] ALL = {true, true, true, true, true};

  @Test
  void bestFirstAndEqualOnesByNumber() {
    assertArrayEquals(new int[] {3, 1, 2}, rank(ALL, history(), 3, 0.1f, 2, 2, 5, 1));
  }

  @Test
  void neverWhatIsNotOffered() {
    assertArrayEquals(new int[] {1, 2, 4, 0}, rank(new boolean[] {true, true, true, false, true}, history(), 9,
        0.1f, 2, 2, 5, 1));
  }

  @Test
  void neverWhatIsInHand() {
    assertArrayEquals(new int[] {2, 4, 0}, rank(ALL, history(3, 1), 9, 0.1f, 2, 2, 5, 1));
  }

  @Test
  void neverWhatTheModelKnowsNothingOf() {
    assertArrayEquals(new int[] {4}, rank(ALL, history(), 9, 0, -1, Float.NaN, 0, 1));
  }

  @Test
  void theNextModelFillsThePlacesLeftAndItsScoresGoOnBelow() {
    Model first = scores(0, 0, 4, 2, 0);
    Model second = scores(10, 50, 100, 0, 20);
    Ranking ranking = Ranking.of(List.of(first, second), history(), ALL, 4);
    assertArrayEquals(new int[] {2, 3, 1, 4}, ranking.items());
    assertArrayEquals(new int[] {0, 0, 1, 1}, ranking.by());
    assertArrayEquals(new float[] {4, 2, 2, 0.8f}, ranking.scores(), 1e-6f);
  }

  private static int[] rank(boolean[] offered, History history, int most, float... scores) {
    return Ranking.of(List.of(scores(scores)), history, offered, most).items();
  }

  private static Model scores(float... values) {
    return (history, scores) -> System.arraycopy(values, 0, scores, 0, values.length);
  }

  private static History history(int... inHand) {
    return new History("u", new int[0], new float[0], new float[0], new boolean[0], inHand);
  }
}
