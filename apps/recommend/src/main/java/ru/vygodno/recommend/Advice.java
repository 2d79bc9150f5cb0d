package ru.vygodno.recommend;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Makes the list of a user: what the model says, then what is popular in the categories they like, then what is popular.
 *
 * @param name of the model, for the record
 * @param relations give the reasons, whichever model ranks
 * @param most how many products at most
 */
record Advice(Catalogue catalogue, String name, Model model, CoOccurrence relations, PopularInCategory inCategory,
    Popularity popularity, int most) implements Serializable {
  static final String FALLBACK = "popular-in-category";

  /** Fewer who bought both aren't worth telling. */
  private static final int LEAST_BUYERS = 2;

  /** @param because the product that the reason names, or null */
  record Line(int item, double score, String reason, Integer because) {}

  /** @param model the one that ranked the first line */
  record Page(String model, List<Line> lines) {}

  Page page(History history) {
    Ranking ranking = Ranking.of(List.of(model, inCategory, popularity), history, catalogue.offered(), most);
    List<Line> lines = new ArrayList<>();
    for (int i = 0; i < ranking.items().length; i++) {
      int item = ranking.items()[i];
      lines.add(ranking.by()[i] == 0 ? personal(history, item, ranking.scores()[i])
          : new Line(item, ranking.scores()[i], "popular in " + categoryOf(item), null));
    }
    return new Page(lines.isEmpty() || ranking.by()[0] > 0 ? FALLBACK : name, lines);
  }

  private Line personal(History history, int item, double score) {
    if (IntStream.of(history.items()).anyMatch(each -> each == item)) {
      return new Line(item, score, "you looked at it", null);
    }
    CoOccurrence.Because because = relations.because(history, item, catalogue.live());
    if (because == null) {
      return new Line(item, score, "liked by customers with your taste", null);
    }
    String how = because.buyers() >= LEAST_BUYERS ? "bought together with " : "viewed together with ";
    return new Line(item, score, how + catalogue.names()[because.item()], because.item());
  }

  private String categoryOf(int item) {
    return catalogue.categories()[catalogue.category()[item]];
  }
}
