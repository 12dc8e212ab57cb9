import { describe, expect, it } from 'vitest';
import { statementFaults, statementOf } from '../../../../src/origin/sql/sql-text.ts';

const isName = (name: string) => ['region', 'id', '_since'].includes(name);
const faultsOf = (sql: string) => [...statementFaults(sql, isName)];

describe('placeholders of a query', () => {
  it.each<[sql: string, text: string, names: string[]]>([
    ['select 1', 'select 1', []],
    ['select {id}', 'select $1', ['id']],
    ['select {id}::int, {region}, {id}', 'select $1::int, $2, $1', ['id', 'region']],
    [
      'select \'{id,x}\', "a{id}", $$ {id} $$, $t$ {id}$x$$t$',
      'select \'{id,x}\', "a{id}", $$ {id} $$, $t$ {id}$x$$t$',
      [],
    ],
    ["select 'it''s {x}' || {id}", "select 'it''s {x}' || $1", ['id']],
    ["select 'a\\' || {id} || '", "select 'a\\' || $1 || '", ['id']],
    ["select e'a\\'{id}' || {id}", "select e'a\\'{id}' || $1", ['id']],
    ["select name'{id}\\' || {id}", "select name'{id}\\' || $1", ['id']],
    ['select a$1$ {id}', 'select a$1$ $1', ['id']],
    ['select 1 -- {id}\n, {id}', 'select 1  \n, $1', ['id']],
    ['select 1 /* {id} /* ' + '*/ {id} */ + {id};', 'select 1   + $1', ['id']],
    ['values ({_since}) ; ', 'values ($1)', ['_since']],
  ])('become numbered parameters where SQL is read as such: %s', (sql, text, names) => {
    expect(statementOf(sql)).toEqual({ text, names });
  });

  it.each([
    ["select '{id}'", 'has {id} within a literal, where it would not be a parameter'],
    ['select "{id}"', 'has {id} within a quoted identifier, where it would not be a parameter'],
    ['select $a$ {id} $a$', 'has {id} within a dollar quote, where it would not be a parameter'],
    ['select 1 -- {id}', 'has {id} within a comment, where it would not be a parameter'],
    ['select {name}', 'uses "name", which is not a parameter'],
    ['select {id', 'has a brace that belongs to no placeholder, such as {region}'],
    ['select { id }', 'has a brace that belongs to no placeholder, such as {region}'],
    ['select $1', 'must not number its parameters: write {name} in place of $1'],
  ])('are refused elsewhere: %s', (sql, detail) => {
    expect(faultsOf(sql)).toEqual([detail]);
  });

  it.each([
    "select '{id,region}'",
    "select '{name}'",
    "select '{}'",
    'select x$1',
    "select 'a;b'",
    'select 1;  -- end',
  ])('are not what only looks so: %s', (sql) => {
    expect(faultsOf(sql)).toEqual([]);
  });
});

describe('a query', () => {
  it.each(['select 1; commit', 'select 1; select 2;', 'select 1;;', "select '';drop table x"])(
    'is one statement: not %s',
    (sql) => {
      expect(faultsOf(sql)).toEqual(['must be one statement']);
    },
  );

  it.each([
    '(select 1) union (select 2)',
    'WITH x as (select 1) table x',
    'values (1)',
    '-- all\n TABLE x',
    '/* a */ select 1',
  ])('may begin so: %s', (sql) => {
    expect(faultsOf(sql)).toEqual([]);
  });

  it.each(['update x set a = 1', 'call f()', 'selection', '', 'begin', 'fetch 1 from c', "'select'"])(
    'reads: not %j',
    (sql) => {
      expect(faultsOf(sql)).toEqual(['must be a query that begins with SELECT, WITH, VALUES or TABLE']);
    },
  );

  it.each([
    ["select 'a", 'has a literal without an end'],
    ["select e'a\\'", 'has a literal without an end'],
    ['select "a', 'has a quoted identifier without an end'],
    ['select $$a', 'has a dollar quote without an end'],
    ['select /* /* */', 'has a comment without an end'],
  ])('ends what it begins: %s', (sql, detail) => {
    expect(faultsOf(sql)).toContain(detail);
  });
});
