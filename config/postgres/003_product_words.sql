-- The words that occur in products, as written there: what a mistyped word is corrected to.
create extension if not exists pg_trgm;
create extension if not exists fuzzystrmatch;

-- Words are only ever added. Whether one still occurs is asked of products_search when a correction is looked for, so
-- a word whose last product went away is never suggested. There is no unique constraint on purpose: two sinks that
-- learn the same words in different order would wait for each other; a word learnt twice does no harm.
create table product_words (
  word text not null
);

create index product_words_word on product_words using hash (word);
create index product_words_trigrams on product_words using gin (word gin_trgm_ops) with (fastupdate = off);
create index product_words_short on product_words (char_length(word)) where char_length(word) <= 7;

-- Runs once for each statement, in its transaction: a product and its words appear at the same moment.
create function learn_product_words() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
begin
  insert into product_words (word)
  select word
  from (
    select distinct unnest(string_to_array(array_to_string((product_texts(doc))[:3], ' '), ' ')) as word
    from changed
  ) seen
  where char_length(word) between 3 and 40
    and word !~ '[[:digit:]]'
    -- one look into the index for each word; `not exists` can become a join that reads the whole dictionary
    and (select true from product_words known where known.word = seen.word limit 1) is null;
  return null;
end
$$;
revoke execute on function learn_product_words() from public;

create trigger learn_inserted_words after insert on products
  referencing new table as changed for each statement execute function learn_product_words();
create trigger learn_updated_words after update on products
  referencing new table as changed for each statement execute function learn_product_words();

-- The words of the dictionary that look like a typed one, most alike first: by trigrams, or, when it is too short to
-- have common trigrams once a letter is wrong, by edit distance.
create function similar_words(typed text) returns setof text
language sql stable strict parallel safe
set pg_trgm.similarity_threshold = 0.2
as $$
  select word
  from (
    select word from product_words where word % typed
    union
    select word from product_words
    where char_length(typed) <= 6 and char_length(word) <= 7
      and char_length(word) between char_length(typed) - 1 and char_length(typed) + 1
      and levenshtein_less_equal(word, typed, 2) <= 2
  ) alike
  order by levenshtein(word, typed), word
  limit 12
$$;

grant select on product_words to "client-api";
