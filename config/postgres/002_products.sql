-- The products that may be sold. The sink writes product_id and doc; every other column follows from doc.

-- Russian word classes and lower case need Unicode, which a database of locale C does not have.
do $$
begin
  if to_tsvector('russian', 'ЧАЙНИКИ') @@ to_tsquery('russian', 'чайник') is not true then
    raise exception 'expected a database that knows Russian letters, got locale %',
      (select coalesce(datlocale, datctype) from pg_database where datname = current_database())
      using hint = 'create it with initdb --encoding=UTF8 --locale=C.UTF-8';
  end if;
end
$$;

-- Text as it is searched: lower case, е for ё, words of only letters or only digits with one space between them, so
-- that «USB-кабель», «1,7л» and «1.7 л» become the words a person types. apps/client-api/text.ts does the same.
create function search_text(value text) returns text
language sql immutable strict parallel safe
return trim(regexp_replace(regexp_replace(regexp_replace(
  translate(lower(normalize(value, nfkc) collate "pg_c_utf8"), 'ё', 'е'),
  '[^[:alpha:][:digit:]]+', ' ', 'g'),
  '([[:alpha:]])(?=[[:digit:]])|([[:digit:]])(?=[[:alpha:]])', '\1\2 ', 'g'),
  '([a-z])(?=[а-я])|([а-я])(?=[a-z])', '\1\2 ', 'g'));

-- The functions below are plpgsql because its plans are kept for the session: an SQL function that is not inlined is
-- planned for every row that the sink writes, which doubled the time of an upsert.

-- The strings of a JSON array, or the values of a JSON object, one after the other.
create function json_strings(value jsonb) returns text
language plpgsql immutable strict parallel safe
as $$
begin
  return (select string_agg(item #>> '{}', ' ') from jsonb_path_query(value, '$.**{1}') item);
end
$$;

-- The searched texts of a product, best first. They are cut, because what PostgreSQL cannot index would stop the sink:
-- a tsvector holds 1 MB, an index entry 2.7 kB. The search path is fixed because the trigger of 003 has another one than
-- the session, and plans are thrown away when it changes.
create function product_texts(doc jsonb) returns text[]
language plpgsql immutable strict parallel safe set search_path = pg_catalog, public, pg_temp
as $$
begin
  return array[
    search_text(left(doc ->> 'name', 1000)),
    search_text(left((doc ->> 'brand') || ' ' || (doc ->> 'category') || ' ' || (doc ->> 'sku'), 1000)
      || ' ' || coalesce(left(json_strings(doc -> 'tags'), 4000), '')),
    search_text(left(doc ->> 'description', 20000)),
    coalesce(search_text(left(json_strings(doc -> 'specifications'), 10000)), '')
  ];
end
$$;

create function product_search(doc jsonb) returns tsvector
language plpgsql immutable strict parallel safe
as $$
declare
  texts text[] := product_texts(doc);
begin
  return setweight(to_tsvector('russian'::regconfig, texts[1]), 'A')
    || setweight(to_tsvector('russian'::regconfig, texts[2]), 'B')
    || setweight(to_tsvector('russian'::regconfig, texts[3]), 'C')
    || setweight(to_tsvector('russian'::regconfig, texts[4]), 'D');
end
$$;

create table products (
  product_id text primary key,
  doc jsonb not null,
  name text generated always as (doc ->> 'name') stored,
  category text generated always as (doc ->> 'category') stored,
  brand text generated always as (doc ->> 'brand') stored,
  store_id text generated always as (doc ->> 'store_id') stored,
  sku text generated always as (doc ->> 'sku') stored,
  price numeric generated always as ((doc #>> '{price,amount}')::numeric) stored,
  currency text generated always as (doc #>> '{price,currency}') stored,
  available integer generated always as ((doc #>> '{stock,available}')::numeric::integer) stored,
  -- as --category, --brand and a typed sku are compared
  category_key text generated always as (search_text(left(doc ->> 'category', 200))) stored,
  brand_key text generated always as (search_text(left(doc ->> 'brand', 200))) stored,
  sku_key text generated always as (replace(search_text(left(doc ->> 'sku', 200)), ' ', '')) stored,
  search tsvector generated always as (product_search(doc)) stored
);

-- without a pending list: every term of a search would read it, 400 pages of it made a correction take seconds
create index products_search on products using gin (search) with (fastupdate = off);
create index products_sku_key on products (sku_key);

grant select, insert, update, delete on products to connect;
grant select on products to "client-api";
