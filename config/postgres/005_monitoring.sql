-- What monitoring may see: how many products there are, how old the recommendations are, and its own canary.
do $$
begin
  if not exists (select from pg_roles where rolname = 'exporter') then
    create role exporter login;
  end if;
  execute format('grant connect on database %I to exporter', current_database());
end
$$;
grant usage on schema public to exporter;
alter role exporter set statement_timeout = '5s';
alter role exporter set default_transaction_read_only = on;
grant select (product_id) on products to exporter;

-- Where the canary lands: the sink writes it as any product, and it never becomes one that customers could find.
create table canary (
  flight text not null
);
grant select on canary to exporter;

create function divert_canary() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
begin
  delete from canary;
  insert into canary (flight) values (new.doc ->> 'description');
  return null;
end
$$;
revoke execute on function divert_canary() from public;

create trigger canary before insert on products
  for each row when (new.product_id = 'vygodno-canary') execute function divert_canary();

-- When the newest recommendation was computed; null as long as there is none or no table of them.
create function newest_recommendation() returns timestamptz
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp
as $$
declare
  newest timestamptz;
begin
  if to_regclass('public.recommendations') is not null then
    execute 'select max((doc ->> ''computed_at'')::timestamptz) from recommendations' into newest;
  end if;
  return newest;
end
$$;
revoke execute on function newest_recommendation() from public;
grant execute on function newest_recommendation() to exporter;
