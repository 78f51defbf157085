// scenario.js: what applications do with the official JavaScript client for gRPC, unmodified.
// Its requests are messages as plain objects: a choice is { case, value }, a 64-bit integer a
// bigint. Requests are compressed (gzip), which is the client's default.
//
// usage: scenario.js GRPC_PORT KEY READER_KEY

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'

import { QdrantClient } from '@qdrant/js-client-grpc'

import { finish, run, same } from './tap.js'

const [port, key, readerKey] = process.argv.slice(2)
const connect = (apiKey) => new QdrantClient({ url: `http://127.0.0.1:${port}`, apiKey, checkCompatibility: false })
const client = connect(key)
const collections = client.api('collections')
const api = client.api('points')
const collectionName = 'js gRPC scenario'

// The codes of gRPC and the client's numbers of enumerations.
const INVALID_ARGUMENT = 3, NOT_FOUND = 5, ALREADY_EXISTS = 6, PERMISSION_DENIED = 7, UNAUTHENTICATED = 16
const COSINE = 1, EUCLID = 2, MANHATTAN = 4, DESCENDING = 1, KEYWORD = 0, INTEGER = 1, COMPLETED = 2, GREEN = 1

// ---- messages ----

const number = (n) => ({ pointIdOptions: { case: 'num', value: BigInt(n) } })
const uuid = (text) => ({ pointIdOptions: { case: 'uuid', value: text } })
const dense = (data) => ({ vector: { case: 'dense', value: { data } } })
const vector = (data) => ({ vectorsOptions: { case: 'vector', value: dense(data) } })
const nearest = (data) => ({ variant: { case: 'nearest', value: { variant: { case: 'dense', value: { data } } } } })
const byId = (n) => ({ variant: { case: 'id', value: number(n) } })
const enable = { selectorOptions: { case: 'enable', value: true } }
const params = (size, distance) => ({ size: BigInt(size), distance })
const single = { config: { case: 'params', value: params(4, COSINE) } }
const field = (value) => ({ conditionOneOf: { case: 'field', value } })
const keyword = (name, value) => field({ key: name, match: { matchValue: { case: 'keyword', value } } })
const integer = (name, value) => field({ key: name, match: { matchValue: { case: 'integer', value: BigInt(value) } } })
const hasId = (list) => ({ conditionOneOf: { case: 'hasId', value: { hasId: list.map(number) } } })
const theseIds = (list) => ({ pointsSelectorOneOf: { case: 'points', value: { ids: list.map(number) } } })
const those = (filter) => ({ pointsSelectorOneOf: { case: 'filter', value: filter } })

function value(of) {
	if (of === null) return { kind: { case: 'nullValue', value: 0 } }
	if (Array.isArray(of)) return { kind: { case: 'listValue', value: { values: of.map(value) } } }
	if (typeof of === 'object') return { kind: { case: 'structValue', value: { fields: fields(of) } } }
	if (typeof of === 'string') return { kind: { case: 'stringValue', value: of } }
	return { kind: Number.isInteger(of) ? { case: 'integerValue', value: BigInt(of) } : { case: 'doubleValue', value: of } }
}

const fields = (object) => Object.fromEntries(Object.entries(object).map(([name, of]) => [name, value(of)]))

/** The plain value of a message Value. */
function plain({ kind }) {
	if (kind.case === 'listValue') return kind.value.values.map(plain)
	if (kind.case === 'structValue') return plainFields(kind.value.fields)
	if (kind.case === 'nullValue') return null
	return kind.case === 'integerValue' ? Number(kind.value) : kind.value
}

const plainFields = (object) => Object.fromEntries(Object.entries(object).map(([name, of]) => [name, plain(of)]))
const ids = (list) => list.map(({ id }) => (id.pointIdOptions.case === 'num' ? Number(id.pointIdOptions.value) : id.pointIdOptions.value))

// ---- what the cases share ----

async function fresh(vectorsConfig = single) {
	await collections.delete({ collectionName })
	await collections.create({ collectionName, vectorsConfig })
}

function points(n = 20) {
	return Array.from({ length: n }, (_, i) => ({
		id: number(i),
		vectors: vector([1, i / 10, 0.5, (i % 3) / 3]),
		payload: fields({ n: i, kind: 'abc'[i % 3], tags: [`t${i % 2}`, 'all'], price: i + 0.5 }),
	}))
}

async function filled(n = 20) {
	await fresh()
	await api.upsert({ collectionName, wait: true, points: points(n) })
}

const query = async (request) => (await api.query({ collectionName, ...request })).result
const count = async (filter) => Number((await api.count({ collectionName, filter, exact: true })).result.count)
const info = async () => (await collections.get({ collectionName })).result
const payload = async (id) => plainFields((await api.get({ collectionName, ids: [number(id)], withPayload: enable })).result[0].payload)

/** The call fails with a code and a text that contains a part. */
async function raises(code, part, call) {
	try {
		await call()
	} catch (error) {
		assert.ok(error.code === code && error.rawMessage.includes(part), `${error.code}: ${error.rawMessage}`)
		return
	}
	assert.fail(`no error, wanted ${code} ${part}`)
}

await run('collections', async () => {
	await fresh()
	same((await collections.collectionExists({ collectionName })).result.exists, true)
	assert.ok((await collections.list({})).collections.some((c) => c.name === collectionName))
	const { config, status, pointsCount } = await info()
	const found = config.params.vectorsConfig.config.value
	same([found.size, found.distance, status, pointsCount], [4n, COSINE, GREEN, 0n])
	await raises(ALREADY_EXISTS, 'already exists', () => collections.create({ collectionName, vectorsConfig: single }))
	await collections.update({ collectionName, optimizersConfig: { indexingThreshold: 5n } })
	same((await info()).config.optimizerConfig.indexingThreshold, 5n)
	same((await collections.delete({ collectionName })).result, true)
	same((await collections.delete({ collectionName })).result, false)
	await raises(NOT_FOUND, `Collection \`${collectionName}\` doesn't exist!`, info)
})

await run('upsert and search', async () => {
	await filled()
	const data = [1, 0.5, 0.5, 2 / 3]
	const hits = await query({ query: nearest(data), limit: 3n, withPayload: enable })
	same([hits.length, ids(hits)[0]], [3, 5])
	assert.ok(Math.abs(hits[0].score - 1) < 1e-5)
	same(plain(hits[0].payload.kind), 'c')
	same(ids((await api.search({ collectionName, vector: data, limit: 3n })).result)[0], 5)
	same(ids(await query({ query: { variant: { case: 'nearest', value: byId(5) } }, limit: 30n })).includes(5), false)
	const over = await query({ query: nearest(data), scoreThreshold: 0.9999, limit: 20n })
	assert.ok(over.length > 0 && over.length < 20 && over.every((p) => p.score > 0.9999))
	const [point] = (await api.get({ collectionName, ids: [number(3)], withVectors: enable })).result
	same(point.vectors.vectorsOptions.value.vector.value.data.length, 4)
})

await run('filters', async () => {
	await filled()
	same(await count({ must: [keyword('kind', 'a')] }), 7)
	const filter = { must: [field({ key: 'price', range: { lt: 3 } })], mustNot: [keyword('tags', 't0')] }
	const page = await api.scroll({ collectionName, filter })
	same([ids(page.result), page.nextPageOffset], [[1], undefined])
	same(ids(await query({ query: nearest([1, 1, 1, 1]), filter: { must: [hasId([3, 4, 99])] } })).sort(), [3, 4])
	const isEmpty = { conditionOneOf: { case: 'isEmpty', value: { key: 'none' } } }
	same(await count({ should: [integer('n', 1), integer('n', 2)], must: [isEmpty] }), 2)
})

await run('recommend', async () => {
	await filled()
	for (const strategy of [0, 1]) {
		const recommended = { positive: [byId(2)], negative: [byId(19)], strategy }
		const found = ids(await query({ query: { variant: { case: 'recommend', value: recommended } }, limit: 4n }))
		assert.ok(found.length === 4 && !found.includes(2) && !found.includes(19), String(found))
	}
	const older = await api.recommend({ collectionName, positive: [number(2)], limit: 3n })
	same(older.result.length, 3)
})

await run('scroll pages and order', async () => {
	await filled()
	const seen = []
	let offset
	do {
		const page = await api.scroll({ collectionName, limit: 7, offset })
		seen.push(...ids(page.result))
		offset = page.nextPageOffset
	} while (offset !== undefined)
	same(seen, Array.from({ length: 20 }, (_, i) => i))
	await api.createFieldIndex({ collectionName, fieldName: 'n', fieldType: INTEGER, wait: true })
	const ordered = await api.scroll({ collectionName, limit: 3, orderBy: { key: 'n', direction: DESCENDING } })
	same(ids(ordered.result), [19, 18, 17])
	await raises(INVALID_ARGUMENT, 'No range index', () => api.scroll({ collectionName, orderBy: { key: 'kind' } }))
})

await run('payloads', async () => {
	await filled(4)
	const at = (id, change) => ({ collectionName, pointsSelector: theseIds([id]), wait: true, ...change })
	await api.setPayload(at(1, { payload: fields({ new: 1, kind: null }) }))
	const { n, price, tags, ...rest } = await payload(1)
	same([n, price, tags, rest.new], [1, 1.5, ['t1', 'all'], 1])
	await api.overwritePayload(at(2, { payload: fields({ only: { deep: [1] } }) }))
	await api.setPayload(at(2, { payload: fields({ x: 2 }), key: 'only' }))
	await api.deletePayload(at(2, { keys: ['only.deep'] }))
	same(await payload(2), { only: { x: 2 } })
	await api.clearPayload({ collectionName, points: theseIds([2]), wait: true })
	same(await payload(2), {})
})

await run('deletes', async () => {
	await filled()
	await api.delete({ collectionName, points: theseIds([0, 1, 1000]), wait: true })
	await api.delete({ collectionName, points: those({ must: [field({ key: 'n', range: { gte: 15 } })] }), wait: true })
	same(await count(), 13)
})

await run('batches', async () => {
	await filled(3)
	const { result } = await api.updateBatch({
		collectionName,
		wait: true,
		operations: [
			{ operation: { case: 'upsert', value: { points: [{ id: number(50), vectors: vector([1, 0, 0, 0]) }] } } },
			{ operation: { case: 'setPayload', value: { payload: fields({ z: 1 }), pointsSelector: theseIds([50]) } } },
			{ operation: { case: 'deletePoints', value: { points: theseIds([0]) } } },
		],
	})
	same(result.map((update) => update.status), [COMPLETED, COMPLETED, COMPLETED])
	same([await count(), await payload(50)], [3, { z: 1 }])
	const queryPoints = [0, 1, 2].map((i) => ({ collectionName, query: nearest([1, i, 0, 0]), limit: 2n }))
	const answers = (await api.queryBatch({ collectionName, queryPoints })).result
	for (const [i, answer] of answers.entries()) same(ids(answer.result), ids(await query(queryPoints[i])))
})

await run('named vectors and uuids', async () => {
	await fresh({ config: { case: 'paramsMap', value: { map: { a: params(2, EUCLID), b: params(3, MANHATTAN) } } } })
	const named = (vectors) => ({ vectorsOptions: { case: 'vectors', value: { vectors } } })
	const [first, second] = [randomUUID(), randomUUID()]
	await api.upsert({
		collectionName,
		wait: true,
		points: [
			{ id: uuid(first), vectors: named({ a: dense([1, 2]), b: dense([1, 2, 3]) }) },
			{ id: uuid(second), vectors: named({ a: dense([4, 6]), b: dense([9, 9, 9]) }) },
		],
	})
	const hits = await query({ query: nearest([1, 2]), using: 'a', withVectors: enable })
	same([ids(hits), hits.map((p) => p.score)], [[first, second], [0, 5]])
	same(hits[1].vectors.vectorsOptions.value.vectors.b.vector.value.data, [9, 9, 9])
	await api.updateVectors({ collectionName, points: [{ id: uuid(second), vectors: named({ b: dense([1, 2, 4]) }) }], wait: true })
	same((await query({ query: nearest([1, 2, 3]), using: 'b' })).map((p) => p.score), [0, 1])
	const pointsSelector = { pointsSelectorOneOf: { case: 'points', value: { ids: [uuid(first)] } } }
	await api.deleteVectors({ collectionName, pointsSelector, vectors: { names: ['a'] }, wait: true })
	same(ids(await query({ query: nearest([1, 2]), using: 'a' })), [second])
})

await run('payload indexes and facets', async () => {
	await filled()
	const facet = async () => (await api.facet({ collectionName, key: 'kind', exact: true })).hits
	await raises(INVALID_ARGUMENT, 'No appropriate index for faceting', facet)
	const fieldIndexParams = { indexParams: { case: 'keywordIndexParams', value: { isTenant: true } } }
	await api.createFieldIndex({ collectionName, fieldName: 'kind', fieldType: KEYWORD, fieldIndexParams, wait: true })
	same((await facet()).map((hit) => [hit.value.variant.value, hit.count]), [['a', 7n], ['b', 7n], ['c', 6n]])
	const { dataType, params: found, points: indexed } = (await info()).payloadSchema.kind
	same([dataType, found.indexParams.value.isTenant, indexed], [1, true, 20n])
	await api.deleteFieldIndex({ collectionName, fieldName: 'kind', wait: true })
	same(Object.keys((await info()).payloadSchema), [])
})

await run('aliases', async () => {
	await filled(3)
	const aliasName = 'js gRPC other'
	await collections.updateAliases({ actions: [{ action: { case: 'createAlias', value: { collectionName, aliasName } } }] })
	same((await api.count({ collectionName: aliasName })).result.count, 3n)
	const { aliases } = await collections.listCollectionAliases({ collectionName })
	same(aliases.map((alias) => [alias.aliasName, alias.collectionName]), [[aliasName, collectionName]])
	await collections.updateAliases({ actions: [{ action: { case: 'deleteAlias', value: { aliasName } } }] })
	await raises(NOT_FOUND, "doesn't exist", () => api.count({ collectionName: aliasName }))
})

await run('errors', async () => {
	await filled(1)
	const short = [{ id: number(1), vectors: vector([1, 2]) }]
	await raises(INVALID_ARGUMENT, 'expected dim: 4, got 2', () => api.upsert({ collectionName, points: short }))
	await raises(INVALID_ARGUMENT, 'expected dim: 4, got 3', () => query({ query: nearest([1, 2, 3]) }))
	await raises(NOT_FOUND, 'No point with id 77 found', () => query({ query: { variant: { case: 'nearest', value: byId(77) } } }))
	await raises(INVALID_ARGUMENT, 'Not existing vector name error: x', () => query({ query: nearest([1, 2, 3, 4]), using: 'x' }))
	same(await count(), 1)
})

await run('keys', async () => {
	const reader = connect(readerKey)
	assert.ok((await reader.api('points').count({ collectionName })).result.count >= 1n)
	await raises(PERMISSION_DENIED, 'Global manage access is required', () => reader.api('collections').create({ collectionName: 'js no' }))
	await raises(UNAUTHENTICATED, 'Invalid API key or JWT', () => connect('wrong').api('collections').list({}))
	await raises(UNAUTHENTICATED, 'Must provide an API key', () => connect().api('collections').list({}))
	same((await client.api('service').healthCheck({})).title, 'qdrant - vector search engine')
})

await collections.delete({ collectionName })
finish()
