// Package store opens the PostgreSQL database, brings its tables up to date and
// carries its notifications.
//
// It knows tables and connections, not the domain: registry and casework write
// their own statements on the pool that Open returns. Three rules hold for all of
// them:
//
//   - Identities are UUIDs of version 7, made by the program; times are timestamptz
//     and stored in UTC; money is bigint in fen.
//   - A change that others must hear of does SELECT pg_notify('offsite_events', …)
//     in its own transaction (see Notify), so that nobody hears of what was rolled
//     back. Who listens (Events, Listen) must read anew after a gap.
//   - Statements are constants with placeholders. What is logged of them is their
//     text, duration and SQLSTATE, never an argument.
//
// Migrate is safe when several processes start at once: they queue on an advisory
// lock. The tables are in migrations/, each with its way back; River's own tables
// are made by River's migrator in the same run.
//
// LISTEN, advisory locks and prepared statements want a direct connection: put no
// transaction-pooling proxy between this program and PostgreSQL.
package store
