// scenario.js: what applications do with the official JavaScript client, unmodified.
//
// usage: scenario.js URL [KEY READER_KEY]

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'

import { QdrantClient } from '@qdrant/js-client-rest'

import { finish, raises, run, same } from './tap.js'

const [url, key, readerKey] = process.argv.slice(2)
const options = { url, port: Number(new URL(url).port) }
const client = new QdrantClient({ ...options, apiKey: key })
const NAME = 'js scenario'

async function fresh(name = NAME, config = { vectors: { size: 4, distance: 'Cosine' } }) {
	await client.deleteCollection(name)
	await client.createCollection(name, config)
}

function points(n = 20) {
	return Array.from({ length: n }, (_, i) => ({
		id: i,
		vector: [1, i / 10, 0.5, (i % 3) / 3],
		payload: { n: i, kind: 'abc'[i % 3], tags: [`t${i % 2}`, 'all'], price: i + 0.5 },
	}))
}

async function filled(n = 20) {
	await fresh()
	await client.upsert(NAME, { wait: true, points: points(n) })
}

const ids = (list) => list.map((point) => point.id)
const match = (field, value) => ({ key: field, match: { value } })

await run('collections', async () => {
	await fresh()
	same((await client.collectionExists(NAME)).exists, true)
	assert.ok((await client.getCollections()).collections.some((c) => c.name === NAME))
	const info = await client.getCollection(NAME)
	same(info.config.params.vectors, { size: 4, distance: 'Cosine' })
	same([info.status, info.points_count], ['green', 0])
	await raises(409, 'already exists', () => client.createCollection(NAME, { vectors: { size: 4, distance: 'Dot' } }))
	same(await client.updateCollection(NAME, { optimizers_config: { indexing_threshold: 5 } }), true)
	same((await client.getCollection(NAME)).config.optimizer_config.indexing_threshold, 5)
	same(await client.deleteCollection(NAME), true)
	same(await client.deleteCollection(NAME), false)
	await raises(404, `Collection \`${NAME}\` doesn't exist!`, () => client.getCollection(NAME))
})

await run('upsert and search', async () => {
	await filled()
	const query = [1, 0.5, 0.5, 2 / 3]
	const { points: hits } = await client.query(NAME, { query, limit: 3, with_payload: true })
	same(hits[0].id, 5)
	assert.ok(Math.abs(hits[0].score - 1) < 1e-5)
	same(hits[0].payload.kind, 'c')
	same((await client.search(NAME, { vector: query, limit: 3 }))[0].id, 5)
	same(ids((await client.query(NAME, { query: 5, limit: 30 })).points).includes(5), false)
	const over = (await client.query(NAME, { query, score_threshold: 0.9999, limit: 20 })).points
	assert.ok(over.length > 0 && over.length < 20 && over.every((p) => p.score > 0.9999))
	const [withVector] = await client.retrieve(NAME, { ids: [3], with_vector: true })
	same(withVector.vector.length, 4)
})

await run('filters', async () => {
	await filled()
	same((await client.count(NAME, { filter: { must: [match('kind', 'a')] } })).count, 7)
	const filter = { must: [{ key: 'price', range: { lt: 3 } }], must_not: [match('tags', 't0')] }
	const page = await client.scroll(NAME, { filter })
	same([ids(page.points), page.next_page_offset], [[1], null])
	const found = await client.query(NAME, { query: [1, 1, 1, 1], filter: { must: [{ has_id: [3, 4, 99] }] } })
	same(ids(found.points).sort(), [3, 4])
	const either = { should: [match('n', 1), match('n', 2)], must: [{ is_empty: { key: 'none' } }] }
	same((await client.count(NAME, { filter: either })).count, 2)
})

await run('scroll pages and order', async () => {
	await filled()
	const seen = []
	let offset
	do {
		const page = await client.scroll(NAME, { limit: 7, offset, with_payload: false })
		seen.push(...ids(page.points))
		offset = page.next_page_offset
	} while (offset !== null)
	same(seen, points().map((p) => p.id))
	await client.createPayloadIndex(NAME, { field_name: 'n', field_schema: 'integer', wait: true })
	const ordered = await client.scroll(NAME, { limit: 3, order_by: { key: 'n', direction: 'desc' } })
	same(ids(ordered.points), [19, 18, 17])
	await raises(400, 'No range index', () => client.scroll(NAME, { order_by: 'kind' }))
})

await run('payloads', async () => {
	await filled(4)
	const payload = async (id) => (await client.retrieve(NAME, { ids: [id] }))[0].payload
	await client.setPayload(NAME, { payload: { new: 1, kind: null }, points: [1], wait: true })
	same(await payload(1), { n: 1, tags: ['t1', 'all'], price: 1.5, new: 1 })
	await client.overwritePayload(NAME, { payload: { only: { deep: [1] } }, points: [2], wait: true })
	await client.setPayload(NAME, { payload: { x: 2 }, points: [2], key: 'only', wait: true })
	await client.deletePayload(NAME, { keys: ['only.deep'], points: [2], wait: true })
	same(await payload(2), { only: { x: 2 } })
	await client.clearPayload(NAME, { points: [2], wait: true })
	same(await payload(2), {})
	await raises(404, 'No point with id 99 found', () => client.setPayload(NAME, { payload: { a: 1 }, points: [99], wait: true }))
})

await run('deletes', async () => {
	await filled()
	await client.delete(NAME, { points: [0, 1, 1000], wait: true })
	await client.delete(NAME, { filter: { must: [{ key: 'n', range: { gte: 15 } }] }, wait: true })
	same((await client.count(NAME)).count, 13)
})

await run('batches', async () => {
	await filled(3)
	const updates = await client.batchUpdate(NAME, {
		wait: true,
		operations: [
			{ upsert: { points: [{ id: 50, vector: [1, 0, 0, 0] }] } },
			{ set_payload: { payload: { z: 1 }, points: [50] } },
			{ delete: { points: [0] } },
		],
	})
	same(updates.map((update) => update.status), ['completed', 'completed', 'completed'])
	same((await client.retrieve(NAME, { ids: [50, 0] })).map((p) => [p.id, p.payload]), [[50, { z: 1 }]])
	const searches = [0, 1, 2].map((i) => ({ query: [1, i, 0, 0], limit: 2 }))
	const answers = await client.queryBatch(NAME, { searches })
	for (const [i, answer] of answers.entries()) same(answer.points, (await client.query(NAME, searches[i])).points)
})

await run('named vectors and uuids', async () => {
	const name = 'js named'
	await fresh(name, { vectors: { a: { size: 2, distance: 'Euclid' }, b: { size: 3, distance: 'Manhattan' } } })
	const [first, second] = [randomUUID(), randomUUID()]
	await client.upsert(name, {
		wait: true,
		batch: { ids: [first, second], vectors: { a: [[1, 2], [4, 6]], b: [[1, 2, 3], [9, 9, 9]] }, payloads: [{ x: 1 }, null] },
	})
	const hits = (await client.query(name, { query: [1, 2], using: 'a', with_vector: true })).points
	same(hits.map((p) => [p.id, p.score]), [[first, 0], [second, 5]])
	same(hits[1].vector, { a: [4, 6], b: [9, 9, 9] })
	await client.updateVectors(name, { points: [{ id: second, vector: { b: [1, 2, 4] } }], wait: true })
	same((await client.query(name, { query: [1, 2, 3], using: 'b' })).points.map((p) => p.score), [0, 1])
	await client.deleteVectors(name, { vector: ['a'], points: [first], wait: true })
	same(ids((await client.query(name, { query: [1, 2], using: 'a' })).points), [second])
	await client.deleteCollection(name)
})

await run('payload indexes and facets', async () => {
	await filled()
	await raises(400, 'No appropriate index for faceting', () => client.facet(NAME, { key: 'kind' }))
	await client.createPayloadIndex(NAME, { field_name: 'kind', field_schema: { type: 'keyword', is_tenant: true }, wait: true })
	const { hits } = await client.facet(NAME, { key: 'kind', exact: true })
	same(hits, [{ value: 'a', count: 7 }, { value: 'b', count: 7 }, { value: 'c', count: 6 }])
	const schema = (await client.getCollection(NAME)).payload_schema
	same(schema.kind, { data_type: 'keyword', params: { type: 'keyword', is_tenant: true }, points: 20 })
	await client.deletePayloadIndex(NAME, 'kind', { wait: true })
	same((await client.getCollection(NAME)).payload_schema, {})
})

await run('aliases', async () => {
	await filled(3)
	await client.updateCollectionAliases({ actions: [{ create_alias: { collection_name: NAME, alias_name: 'js other' } }] })
	same((await client.count('js other')).count, 3)
	same((await client.getCollectionAliases(NAME)).aliases, [{ alias_name: 'js other', collection_name: NAME }])
	await client.updateCollectionAliases({ actions: [{ delete_alias: { alias_name: 'js other' } }] })
	await raises(404, "doesn't exist", () => client.count('js other'))
})

await run('errors', async () => {
	await filled(1)
	await raises(400, 'expected dim: 4, got 2', () => client.upsert(NAME, { points: [{ id: 1, vector: [1, 2] }] }))
	await raises(400, 'expected dim: 4, got 3', () => client.query(NAME, { query: [1, 2, 3] }))
	await raises(404, 'No point with id 77 found', () => client.query(NAME, { query: 77 }))
	await raises(422, 'must be 1 or larger', () => client.query(NAME, { query: [1, 2, 3, 4], limit: 0 }))
	await raises(400, 'Wrong input: Not existing vector name error: x', () => client.query(NAME, { query: [1, 2, 3, 4], using: 'x' }))
	same((await client.count(NAME)).count, 1)
})

await run('keys', async () => {
	const reader = new QdrantClient({ ...options, apiKey: readerKey })
	assert.ok((await reader.count(NAME)).count >= 1)
	await raises(403, 'Global manage access is required', () => reader.createCollection('js no', {}))
	await raises(401, 'Invalid API key or JWT', () => new QdrantClient({ ...options, apiKey: 'wrong' }).getCollections())
	await raises(401, 'Must provide an API key', () => new QdrantClient(options).getCollections())
	same((await client.versionInfo()).title, 'qdrant - vector search engine')
})

await client.deleteCollection(NAME)
finish()
