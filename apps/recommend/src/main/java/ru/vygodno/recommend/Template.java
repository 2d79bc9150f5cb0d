package ru.vygodno.recommend;

/** The words around the figures of {@link Report}. */
final class Template {
  static final String PAGE = """
      # What the recommendations are worth

      Made by `./taskw analytics -- evaluate`, which simulates the data, trains and measures. The same seeds give the
      same page.

      **The data are synthetic: these figures measure the generator as much as the models.** They show that the
      pipeline learns what is there to be learned, that nothing leaks from the future, and how the models compare on
      this market. They don't tell what real customers would do.

      | | HR@10 | NDCG@10 | recall@10 | coverage | served |
      | --- | --- | --- | --- | --- | --- |
      %3$s
      Mean over the seeds, in brackets the 95 %% interval (bootstrap over users within each seed). The chosen model's
      NDCG@10 less popularity's, user by user: %4$s; less popularity in category's: %5$s.

      ## How it is measured

      - **Global time split**, the same moments for everybody: the last %1$d days are the test window, the %2$d days
        before it the validation window, all before that is training. Settings, and the winner, are chosen on the
        validation window alone; then the models learn from all before the test window, which is looked at once.
      - **Relevant** is what a user bought or put into the cart in the window for the first time. Every user with
        anything relevant counts, those unknown before the window as well (models without a fallback score 0 there).
      - **Full ranking**: every product in stock competes. What the user has bought or put into the cart before is left
        out, for all models alike, as it is in production.
      - Coverage: the share of products in stock that anybody gets among their ten. Served: the share of users who get
        ten.

      ## Controls

      - The *oracle* ranks by the simulator's true tastes. It knows neither season, fashion nor chance: no more can be
        reached by knowing the user. Failed when its mean NDCG@10 is not above that of the chosen model, which does
        see what is in season and in fashion: the mean is compared, not the end of an interval.
      - *Users shuffled*: the trained model is given another user's history. A model that still beats popularity would
        take its knowledge from where it must not. Failed when the 95 %% interval of its
        lead over popularity lies above 0.

      %7$s

      ## What was chosen

      | seed | users | co-occurrence (validation) | ALS (validation) | chosen | its test NDCG@10 |
      | --- | --- | --- | --- | --- | --- |
      %6$s""";

  private Template() {}
}
