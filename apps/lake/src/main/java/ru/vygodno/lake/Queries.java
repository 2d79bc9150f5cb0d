package ru.vygodno.lake;

import java.util.LinkedHashMap;
import java.util.Map;

/** What the reports ask of the lake, in Spark's SQL. */
final class Queries {

  /** The last record of each product counts; one that is retracted keeps the name and the category it had. */
  static final String PRODUCTS = """
      select product_id, max_by(name, kafka_offset) filter (where doc is not null) name,
        coalesce(max_by(category, kafka_offset) filter (where doc is not null), '') category,
        coalesce(max_by(brand, kafka_offset) filter (where doc is not null), '') brand,
        max_by(doc is not null, kafka_offset) listed
      from product_changes group by product_id""";

  /** How far each user went with each product. A later step counts even where an earlier one was not seen. */
  static final String INTERESTS = """
      select product_id, user_id,
        bool_or(type = 'view') viewed, bool_or(type = 'cart') carted,
        bool_or(type = 'purchase') purchased, bool_or(type = 'review') reviewed
      from events where product_id is not null group by product_id, user_id""";

  private static final String FUNNEL = """
      select %1$s, count_if(viewed) views, count_if(carted) carts, count_if(purchased) purchases,
        count_if(reviewed) reviews, round(count_if(purchased) / greatest(count_if(viewed), 1), 4) conversion
      from interests join products using (product_id) where %1$s <> ''
      group by %1$s order by views desc, %1$s limit 100""";

  /** The last seven days of the data against the seven before, carts and purchases weighing more than views. */
  private static final String TRENDING = """
      with scored as (
        select product_id, case type when 'purchase' then 5 when 'cart' then 3 else 1 end score,
          timestampdiff(second, at, (select max(at) from events)) / 86400 age
        from events where product_id is not null and type <> 'review'),
      summed as (
        select product_id, sum(if(age < 7, score, 0)) recent, sum(if(age >= 7, score, 0)) before
        from scored where age < 14 group by product_id)
      select product_id, name, category, recent, before, round((recent + 10) / (before + 10), 3) growth
      from summed join products using (product_id) where listed
      order by growth desc, recent desc, product_id limit 20""";

  private static final String REVENUE = """
      select day, currency, round(sum(amount), 2) revenue, count(*) orders, sum(quantity) units,
        count(distinct user_id) buyers
      from events where type = 'purchase' and amount is not null
      group by day, currency order by day, currency""";

  private static final String EMPTY_SEARCHES = """
      select regexp_replace(lower(trim(query)), '\\\\s+', ' ') term, count_if(results = 0) without_results,
        count(*) searches, count(distinct user_id) users, date_format(max(at), 'yyyy-MM-dd') last_day
      from events where type = 'search' and trim(query) <> ''
      group by 1 having count_if(results = 0) > 0 order by without_results desc, term limit 50""";

  private static final String TOTALS = """
      select count(*) events, count(distinct user_id) users, min(day) first_day, max(day) last_day,
        count_if(type = 'view') views, count_if(type = 'cart') carts, count_if(type = 'purchase') purchases,
        count_if(type = 'review') reviews, count_if(type = 'search') searches,
        count_if(type = 'recommend') recommendations
      from events""";

  /** By name, in the order in which they are shown. */
  static final Map<String, String> REPORTS = new LinkedHashMap<>();

  static {
    REPORTS.put("totals", TOTALS);
    REPORTS.put("funnel-by-category", FUNNEL.formatted("category"));
    REPORTS.put("funnel-by-brand", FUNNEL.formatted("brand"));
    REPORTS.put("trending-products", TRENDING);
    REPORTS.put("revenue-by-day", REVENUE);
    REPORTS.put("searches-without-results", EMPTY_SEARCHES);
  }

  private Queries() {}
}
