/** `@freshet/client/sqlite`: keeps caches in SQLite. */

export { type SqliteConnection, type SqliteDriver, type SqliteValue, sqlite } from './store/sqlite.ts';
