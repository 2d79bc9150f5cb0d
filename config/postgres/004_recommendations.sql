-- What is recommended to each user, best first, as the analytics job wrote it; user_id `*` holds what is popular, for users
-- it does not know. Whether a product may be sold is not asked here: who reads joins the products.
create table recommendations (
  user_id text primary key,
  doc jsonb not null
);

grant select, insert, update, delete on recommendations to connect;
grant select on recommendations to "client-api";
