-- What a role may take from the others, whatever it sets in its own session. How much: roles.yaml, which `task apply` writes
-- into role_limits and the roles.

create table role_limits (
  role text primary key,
  -- how long one transaction may last, a statement outside of one included
  transaction_seconds integer not null check (transaction_seconds > 0)
);

-- Ends the sessions of limited roles that are in a transaction for too long. statement_timeout and its like are the client's
-- to lift; this is not. Monitoring asks for it every few seconds.
create function end_overlong_sessions() returns table (ended_role text, ended integer)
language sql volatile security definer set search_path = pg_catalog, public, pg_temp
as $$
  select usename::text, (count(*) filter (where pg_terminate_backend(pid)))::integer
  from pg_stat_activity join public.role_limits on role = usename
  where xact_start < clock_timestamp() - make_interval(secs => transaction_seconds) and pid <> pg_backend_pid()
  group by usename
$$;
revoke execute on function end_overlong_sessions() from public;
grant execute on function end_overlong_sessions() to exporter;

-- Functions and languages that everybody has by default and nobody here needs: large objects are written whatever tables
-- a role may write; advisory locks fill the lock table of all; a notification, a message in the log, an exported snapshot
-- fill the disk; DO blocks are programs; sessions of one's own role are those of other customers.
do $$
declare
  unneeded regprocedure;
begin
  for unneeded in
    select oid from pg_proc
    where pronamespace = 'pg_catalog'::regnamespace
      and proname ~ '^(lo_.*|loread|lowrite|pg_(try_)?advisory_.*|pg_notify|pg_logical_emit_message|pg_export_snapshot|pg_sleep.*|pg_(cancel|terminate)_backend)$'
  loop
    execute format('revoke execute on function %s from public', unneeded);
  end loop;
  revoke usage on language plpgsql, sql from public;
  execute format('revoke all on database %I from public', current_database());
  revoke all on database postgres, template1 from public;
end
$$;
