package ru.vygodno.recommend;

import java.util.Comparator;
import java.util.List;

/** Which settings, and which kind of model, did best on the validation window. The test window isn't known here. */
record Choice(List<Tried> tried) {

  /** @param ndcg mean NDCG@10 over the cases of the validation window */
  record Tried(Recipe recipe, double ndcg) {}

  static Choice of(List<Recipe> recipes, Training training, List<Case> cases, boolean[] offered) {
    return new Choice(recipes.stream()
        .map(recipe -> new Tried(recipe, Trial.of(List.of(recipe.train(training)), cases, offered).meanNdcg())).toList());
  }

  Tried winner() {
    return best(tried);
  }

  Tried bestOf(String model) {
    return best(tried.stream().filter(each -> each.recipe().model().equals(model)).toList());
  }

  private static Tried best(List<Tried> some) {
    return some.stream().max(Comparator.comparingDouble(Tried::ndcg)).orElseThrow();
  }
}
