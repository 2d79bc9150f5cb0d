package ru.vygodno.recommend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class IntervalTest {
  @Test
  void withoutVarianceThereIsNoWidth() {
    assertEquals(new Interval(0.5, 0.5, 0.5), Interval.of(List.of(new double[] {0.5, 0.5}, new double[] {0.5})));
  }

  @Test
  void eachSeedCountsTheSameHoweverManyUsersItHas() {
    assertEquals(0.5, Interval.of(List.of(new double[] {1, 1, 1, 1}, new double[] {0})).mean());
  }

  @Test
  void asWideAsTheNormalDistributionSays() {
    // 400 coins: standard error 0.5 / 20, so mean ± 1.96 × 0.025
    double[] coins = IntStream.range(0, 400).mapToDouble(i -> i % 2).toArray();
    Interval interval = Interval.of(List.of(coins));
    assertEquals(0.5, interval.mean());
    assertEquals(0.451, interval.low(), 0.006);
    assertEquals(0.549, interval.high(), 0.006);
    assertEquals(interval, Interval.of(List.of(coins)));
    assertTrue(interval.low() < interval.high());
  }
}
