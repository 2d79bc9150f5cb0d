package ru.vygodno.recommend;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Expected values computed by hand: discounts are 1, 1/log2(3) = 0.63093, 1/log2(4) = 0.5, 1/log2(5) = 0.43068 … */
class MetricsTest {
  private static final double EXACT = 1e-5;

  @Test
  void perfect() {
    check(1, 1, 1, Metrics.of(new int[] {7, 3}, new int[] {3, 7}, 10));
  }

  @Test
  void secondAndFourthOfThree() {
    // (0.63093 + 0.43068) / (1 + 0.63093 + 0.5)
    check(1, 0.49819, 2 / 3.0, Metrics.of(new int[] {9, 1, 8, 2, 6}, new int[] {1, 2, 3}, 10));
  }

  @Test
  void nothing() {
    check(0, 0, 0, Metrics.of(new int[] {9, 8}, new int[] {1}, 10));
    check(0, 0, 0, Metrics.of(new int[0], new int[] {1}, 10));
  }

  @Test
  void behindTheLastPlaceCountsNothing() {
    check(0, 0, 0, Metrics.of(new int[] {9, 8, 1}, new int[] {1}, 2));
    check(1, 0.63093, 1, Metrics.of(new int[] {9, 1, 8}, new int[] {1}, 2));
  }

  @Test
  void moreRelevantThanPlaces() {
    // both places are right: ideal is 1 + 0.63093, too; two of four are found
    check(1, 1, 0.5, Metrics.of(new int[] {1, 2}, new int[] {1, 2, 3, 4}, 2));
  }

  private static void check(double hit, double ndcg, double recall, Metrics seen) {
    assertEquals(hit, seen.hit(), EXACT);
    assertEquals(ndcg, seen.ndcg(), EXACT);
    assertEquals(recall, seen.recall(), EXACT);
  }
}
