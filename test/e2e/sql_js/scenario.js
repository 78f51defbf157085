// scenario.js: what applications do with pgvector's client for Node and pg, unmodified,
// where the extension vector is vecext.
//
// usage: scenario.js      libpq's variables say where the server is

import assert from 'node:assert/strict'

import pg from 'pg'
import { SparseVector } from 'pgvector'
import pgvector from 'pgvector/pg'

import { finish, run, same } from './tap.js'

const client = new pg.Client({ host: process.env.PGHOST, port: process.env.PGPORT, user: process.env.PGUSER, database: process.env.PGDATABASE })
await client.connect()
await client.query('CREATE EXTENSION IF NOT EXISTS vector')
await pgvector.registerTypes(client)

const embedding = (i) => [1, i / 8, 0.5, (i % 3) / 4]
const rows = async (text, ...values) => (await client.query({ text, values, rowMode: 'array' })).rows
const column = async (text, ...values) => (await rows(text, ...values)).map(([value]) => value)

async function filled(n = 20) {
	await client.query('DROP TABLE IF EXISTS items')
	await client.query('CREATE TABLE items (id int PRIMARY KEY, kind text, embedding vector(4), half halfvec(2), sparse sparsevec(9), code bit(4))')
	for (let i = 0; i < n; i++)
		await client.query('INSERT INTO items VALUES ($1, $2, $3, $4, $5, $6)', [
			i, 'abc'[i % 3], pgvector.toSql(embedding(i)), pgvector.toSql([i, 1]),
			pgvector.toSql(new SparseVector({ [i % 9]: 1.5 }, 9)), (i % 16).toString(2).padStart(4, '0'),
		])
}

await run('values return as they were', async () => {
	await filled()
	const [[vector, half, sparse, code]] = await rows('SELECT embedding, half, sparse, code FROM items WHERE id = 4')
	same([vector, half, code], [embedding(4), [4, 1], '0100'])
	same(sparse.toArray(), [0, 0, 0, 0, 1.5, 0, 0, 0, 0])
})

await run('search', async () => {
	await filled()
	same((await column('SELECT id FROM items ORDER BY embedding <=> $1 LIMIT 3', pgvector.toSql(embedding(5))))[0], 5)
	same(await column('SELECT id FROM items ORDER BY half <-> $1 LIMIT 2', pgvector.toSql([7.1, 1])), [7, 8])
	const sparse = pgvector.toSql(new SparseVector({ 3: 1 }, 9))
	same((await column('SELECT id FROM items ORDER BY sparse <#> $1 LIMIT 2', sparse)).sort(), [12, 3])
	same((await column('SELECT id FROM items WHERE code <~> $1 = 0', '0001')).sort(), [1, 17])
})

await run('filters and pages', async () => {
	await filled()
	same(await column('SELECT count(*)::int FROM items WHERE kind = $1', 'a'), [7])
	same((await column("SELECT id FROM items WHERE kind = 'c' ORDER BY embedding <-> $1 LIMIT 1", pgvector.toSql(embedding(6))))[0] % 3, 2)
	const seen = []
	for (let page; (page = await column('SELECT id FROM items WHERE id > $1 ORDER BY id LIMIT 7', seen.at(-1) ?? -1)).length; ) seen.push(...page)
	same(seen, Array.from({ length: 20 }, (_, i) => i))
})

await run('recommend', async () => {
	await filled()
	const liked = 'SELECT avg(embedding) FROM items WHERE id = ANY ($1)'
	same(await column(`SELECT id FROM items WHERE id <> ALL ($1) ORDER BY embedding <-> (${liked}) LIMIT 1`, [2, 8]), [5])
})

await run('upserts and deletes', async () => {
	await filled()
	const upsert = 'INSERT INTO items (id, embedding) VALUES (3, $1) ON CONFLICT (id) DO UPDATE SET embedding = excluded.embedding'
	await client.query(upsert, [pgvector.toSql([9, 9, 9, 9])])
	same(await column('SELECT embedding FROM items WHERE id = 3'), [[9, 9, 9, 9]])
	same((await client.query('DELETE FROM items WHERE embedding <-> $1 > 5', [pgvector.toSql(embedding(0))])).rowCount, 1)
	same((await client.query("DELETE FROM items WHERE kind = 'b'")).rowCount, 7)
})

await run('an index serves searches', async () => {
	await filled()
	await client.query('CREATE INDEX ON items USING hnsw (embedding vector_l2_ops)')
	await client.query('SET enable_seqscan = off')
	const text = 'SELECT id FROM items ORDER BY embedding <-> $1 LIMIT 1'
	assert.match((await column(`EXPLAIN ${text}`, pgvector.toSql(embedding(5)))).join('\n'), /items_embedding_idx/)
	same(await column(text, pgvector.toSql(embedding(5))), [5])
})

await run('errors', async () => {
	await filled(1)
	const insert = client.query('INSERT INTO items (id, embedding) VALUES (9, $1)', [pgvector.toSql([1, 2])])
	await assert.rejects(insert, { code: '22000', message: 'expected 4 dimensions, not 2' })
	await assert.rejects(client.query("SELECT 'x'::vector"), { code: '22P02' })
	same(await column('SELECT count(*)::int FROM items'), [1])
})

await client.query('DROP TABLE items')
await client.end()
finish()
