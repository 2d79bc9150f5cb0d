-- Monitoring sends a second product, which a reserved rule must hold back (config/bans.yaml). Should it ever come as far as
-- here, no customer is to see it, and monitoring is to know.
alter table canary add column product_id text not null default 'vygodno-canary';

create or replace function divert_canary() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
begin
  delete from canary where product_id = new.product_id;
  insert into canary (flight, product_id) values (new.doc ->> 'description', new.product_id);
  return null;
end
$$;

drop trigger canary on products;
create trigger canary before insert on products
  for each row when (new.product_id in ('vygodno-canary', 'vygodno-canary-banned')) execute function divert_canary();
