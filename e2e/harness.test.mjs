// The harness must see what it promises to see; a stand-in server takes the binary's place.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { launch, shotsFolder } from './harness.mjs'

const command = [process.execPath, path.join(import.meta.dirname, 'testdata', 'server.mjs')]

/** A test's context whose after-hooks run when told, so that their failure can be looked at. */
function pretend() {
  const hooks = []
  return { after: (hook) => hooks.push(hook), end: async () => { for (const hook of hooks) await hook() } }
}

test('a sound page passes, is photographed, and nothing is left behind', async () => {
  const context = pretend()
  const app = await launch(context, { command })
  const page = await app.newPage({ viewport: 'phone', theme: 'dark' })
  await page.goto('/')
  await app.axe(page)
  await app.shot(page, 'harness')
  assert.ok((await stat(path.join(shotsFolder, 'harness.png'))).size > 1000)
  assert.match(app.log(), /serving/)
  await app.restart()
  await page.reload()
  await context.end()
  await assert.rejects(fetch(app.url))
  assert.equal(existsSync(app.folder), false)
})

test('an input method composes, takes keys and commits', async (t) => {
  const app = await launch(t, { command })
  const page = await app.newPage()
  await page.goto('/')
  await page.focus('#name')
  const ime = await app.compose(page)
  await ime.show('ㄓㄨ')
  assert.equal(await page.inputValue('#name'), 'ㄓㄨ')
  await ime.press('Enter')
  await ime.commit('中華')
  assert.equal(await page.inputValue('#name'), '中華')
  const seen = await page.evaluate(() => window.seen)
  assert.ok(seen.includes('compositionstart') && seen.at(-1) === 'compositionend', seen.join(' '))
  assert.ok(seen.includes('keydown*229'), `a key during composition: ${seen.join(' ')}`)
})

test('a broken page is seen', async () => {
  const context = pretend()
  const app = await launch(context, { command, args: ['--broken'] })
  const page = await app.newPage()
  await page.goto('/')
  await page.waitForLoadState('networkidle')
  await assert.rejects(app.axe(page), /label/)
  app.expectProblem(/missing answered 404/)
  await assert.rejects(context.end(), (error) => {
    assert.match(error.message, /broken on purpose/)
    // Not a bare 404: the port in the server's log may contain those digits.
    assert.doesNotMatch(error.message, /missing answered/)
    return true
  })
})

test('a server that does not start says why', async () => {
  const context = pretend()
  await assert.rejects(launch(context, { command: [process.execPath, '-e', 'console.error("no luck"); process.exit(3)'] }), /no luck/)
  await context.end()
})
