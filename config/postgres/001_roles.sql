-- One role for each principal that uses PostgreSQL. A role has no password: it is let in by the client certificate of
-- the same common name (pg_hba.conf). Roles belong to the server, not to the database, so they may be there already.
do $$
declare
  principal text;
begin
  foreach principal in array array['connect', 'client-api'] loop
    if not exists (select from pg_roles where rolname = principal) then
      execute format('create role %I login', principal);
    end if;
    execute format('grant connect on database %I to %I', current_database(), principal);
    execute format('grant usage on schema public to %I', principal);
  end loop;
  execute format('revoke create, temporary on database %I from public', current_database());
end
$$;

-- no search waits for long, whatever was asked
alter role "client-api" set statement_timeout = '5s';
alter role "client-api" set default_transaction_read_only = on;
