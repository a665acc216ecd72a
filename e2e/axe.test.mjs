// Every address the router knows, looked at by axe as an administrator at a desk in the light and as a
// salesperson on a phone in the dark. What the first page loads stays small.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { caller, company, fill } from './company.mjs'
import { axe, launch, visit } from './harness.mjs'

const SETTINGS = ['password', 'notices', 'mail', 'templates', 'calendar', 'sessions', 'reach', 'tokens', 'company', 'users', 'departments', 'roles', 'objects', 'fields', 'layouts']
// What was measured is 200 kB; the promise is this.
const MOST = 350 * 1024

/** Addresses for each path of the router; a path without one fails the test. */
const addresses = (made) => ({
  '/setup': ['/setup'],
  '/sign-in': ['/sign-in'],
  '/forgotten': ['/forgotten'],
  '/password': ['/password#x'],
  '/': ['/', '/?who=all'],
  '/o/$plural': ['customers', 'contacts', 'leads', 'opportunities', 'activities', 'tasks', 'nothing'].map((p) => `/o/${p}`),
  '/o/$plural/board': ['/o/opportunities/board'],
  '/o/$plural/$id': [`/o/customers/${made.customers[0]}`, `/o/opportunities/${made.opportunities[0]}`, `/o/contacts/${made.contact}`, `/o/tasks/${made.task}`, '/o/customers/1'],
  '/import': ['/import'],
  '/calendar': ['/calendar', '/calendar?v=month', '/calendar?v=week', '/calendar?v=agenda'],
  '/jobs': ['/jobs'],
  '/notices': ['/notices', '/notices?unread=1'],
  '/forecast': ['/forecast', '/forecast?by=department', '/forecast?tab=targets'],
  '/analyses': ['/analyses'],
  '/analyses/$name': ['/analyses/funnel', '/analyses/sales', '/analyses/followup'],
  '/duplicates': ['/duplicates'],
  '/reports': ['/reports'],
  '/settings': ['/settings'],
  '/settings/$section': SETTINGS.map((s) => `/settings/${s}`),
})

async function paths() {
  const source = await readFile(new URL('../web/src/router.tsx', import.meta.url), 'utf8')
  return [...source.matchAll(/path: "([^"]+)"/g)].map((m) => m[1])
}

test('no page has a serious fault of accessibility, whoever looks', async (t) => {
  const app = await launch(t)
  app.expectProblem(/answered (401|403|404)/)
  const admin = await company(app)
  const made = await fill(admin)
  const call = caller(admin)
  for (const name of ['contact', 'task']) made[name] = (await call('GET', `${name}s?limit=1`)).records[0].id
  const known = addresses(made)
  assert.deepEqual((await paths()).filter((p) => !known[p]), [], 'add the new routes to addresses')

  const phone = await app.newPage({ viewport: 'phone', theme: 'dark' })
  await phone.goto('/sign-in')
  await phone.locator('#login').fill('user2')
  await phone.locator('#password').fill('correct-horse-battery')
  await phone.locator('button[type=submit]').click()
  await phone.locator('.home').waitFor()
  for (const [who, page] of [['administrator', admin], ['salesperson', phone]]) {
    await t.test(`as ${who}`, async () => {
      const faults = []
      for (const address of Object.values(known).flat()) {
        await visit(page, address)
        await page.locator('h1, .state').first().waitFor()
        await page.waitForFunction(() => !document.querySelector('.skeleton'))
        await axe(page).catch((error) => faults.push(error.message))
      }
      assert.deepEqual(faults, [])
    })
  }
})

test('a page begins with less than 350 kB of JavaScript, compressed', async (t) => {
  const app = await launch(t)
  const first = await company(app)
  for (const [address, ready] of [['/', '.home'], ['/o/customers', '.list']]) {
    const page = await app.newPage({ like: first, serviceWorkers: 'block' })
    const scripts = []
    page.on('response', (r) => {
      if (r.request().resourceType() === 'script') scripts.push(r)
    })
    await page.goto(address)
    await page.locator(ready).waitFor()
    await page.waitForTimeout(500)
    let bytes = 0
    for (const r of scripts) bytes += gzipSync(await r.body()).length
    assert.ok(scripts.length > 0, 'no script was seen')
    const whole = scripts.filter((r) => r.headers()['content-encoding'] !== 'br')
    const sizes = await Promise.all(whole.map(async (r) => (await r.body()).length))
    assert.ok(Math.max(0, ...sizes) < 1024, `not compressed: ${whole.map((r) => r.url())}`)
    assert.ok(scripts.length <= 12, `${address} waits for ${scripts.length} scripts`)
    assert.ok(bytes < MOST, `${address} loads ${bytes} bytes of JavaScript`)
    t.diagnostic(`${address}: ${scripts.length} scripts, ${bytes} bytes`)
    await page.context().close()
  }
})
