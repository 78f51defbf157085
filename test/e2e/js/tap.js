// tap.js: Test Anything Protocol for the scenario: each case prints one line, a failed one
// its stack as comments, and the end prints the plan.

import assert from 'node:assert/strict'

let count = 0
let failed = 0

export async function run(name, work) {
	count++
	try {
		await work()
		console.log(`ok ${count} - ${name}`)
	} catch (error) {
		failed++
		console.log(`not ok ${count} - ${name}`)
		const data = error.data ? ` ${JSON.stringify(error.data)}` : ''
		for (const line of `${error.stack}${data}`.split('\n')) console.log(`# ${line}`)
	}
}

export function finish() {
	console.log(`1..${count}`)
	process.exit(failed ? 1 : 0)
}

export const same = assert.deepEqual

/** The call fails with an HTTP status and a text that contains a part. */
export async function raises(status, part, call) {
	try {
		await call()
	} catch (error) {
		const text = typeof error.data === 'string' ? error.data : error.data?.status?.error ?? String(error)
		assert.ok(error.status === status && text.includes(part), `${error.status}: ${text}`)
		return
	}
	assert.fail(`no error, wanted ${status} ${part}`)
}
