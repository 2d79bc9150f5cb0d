package ru.vygodno.recommend;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What came of asking a model all cases, one value a user.
 *
 * @param served 1 for a user who got all {@link #PLACES}, else 0
 * @param distinct how many different products were recommended to anybody
 */
record Trial(double[] hit, double[] ndcg, double[] recall, double[] served, int distinct) {
  static final int PLACES = 10;

  /** Full ranking: every product on offer competes, not a sample of them (Krichene, Rendle 2020). */
  static Trial of(List<Model> models, List<Case> cases, boolean[] offered) {
    int[][] ranked = IntStream.range(0, cases.size()).parallel()
        .mapToObj(i -> Ranking.of(models, cases.get(i).history(), offered, PLACES).items()).toArray(int[][]::new);
    Metrics[] metrics = IntStream.range(0, ranked.length)
        .mapToObj(i -> Metrics.of(ranked[i], cases.get(i).relevant(), PLACES)).toArray(Metrics[]::new);
    return new Trial(
        Arrays.stream(metrics).mapToDouble(Metrics::hit).toArray(),
        Arrays.stream(metrics).mapToDouble(Metrics::ndcg).toArray(),
        Arrays.stream(metrics).mapToDouble(Metrics::recall).toArray(),
        Arrays.stream(ranked).mapToDouble(items -> items.length == PLACES ? 1 : 0).toArray(),
        (int) Arrays.stream(ranked).flatMapToInt(Arrays::stream).distinct().count());
  }

  double meanNdcg() {
    return Arrays.stream(ndcg).average().orElse(0);
  }
}
