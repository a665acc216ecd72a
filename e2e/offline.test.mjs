// The app without a network: it opens, shows what was read before, and says that writing waits.
// Signing out leaves nothing behind. All tabs share one event stream.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { caller, company } from './company.mjs'
import { launch } from './harness.mjs'

test('the app opens offline with what was read, and sign-out forgets it', async (t) => {
  const app = await launch(t)
  app.expectProblem(/ERR_INTERNET_DISCONNECTED|ERR_FAILED|net::/)
  const page = await company(app)
  await caller(page)('POST', 'customers', { name: '離線也看得到有限公司' })
  await page.evaluate(() => navigator.serviceWorker.ready)
  await page.reload()
  await page.goto('/o/customers')
  await page.getByText('離線也看得到').first().waitFor()
  // The worker keeps an answer after it was given.
  await page.waitForFunction(async () => {
    const cache = await caches.open('ecrm-data-1')
    return (await cache.keys()).some((r) => r.url.includes('/customers?'))
  })

  // Pages that are not the app, as a public form, are not kept in its place.
  const form = await caller(page)('POST', 'web-forms', { name: '表單', title: '聯絡我們', fields: { list: [{ name: 'name' }] } })
  const visited = await page.context().newPage()
  for (const path of [`/f/${form.token}`, '/healthz']) {
    await visited.goto(path)
    await visited.waitForTimeout(200)
  }
  await visited.close()

  await page.context().setOffline(true)
  await page.reload()
  await page.getByText('離線也看得到').first().waitFor()
  await page.getByText('離線：').waitFor()
  // What was never read is not there: that is said, instead of waiting for ever.
  await page.evaluate(() => history.pushState({}, '', '/o/customers/1'))
  await page.evaluate(() => window.dispatchEvent(new PopStateEvent('popstate')))
  await page.getByRole('alert').filter({ hasText: '連' }).waitFor({ timeout: 15_000 })
  await page.goto('/import')
  await page.locator('.dropzone').waitFor()

  await page.context().setOffline(false)
  await page.getByText('離線：').waitFor({ state: 'detached' })
  await page.locator('.topbar .icon-btn').last().click()
  await page.getByRole('menuitem', { name: '登出' }).click()
  await page.locator('#login').waitFor()
  const kept = await page.evaluate(async () => {
    const found = []
    for (const name of await caches.keys()) {
      for (const r of await (await caches.open(name)).keys()) if (r.url.includes('/api/')) found.push(r.url)
    }
    return [...found, localStorage.getItem('ecrm.recent') ?? ''].filter(Boolean)
  })
  assert.deepEqual(kept, [], 'sign-out leaves what was read on the device')

  // Whoever comes by a link signs in and is where the link led.
  app.expectProblem(/answered 401/)
  await page.goto('/settings/users')
  await page.locator('#login').waitFor()
  await page.waitForTimeout(500)
  assert.equal(new URL(page.url()).searchParams.get('back'), '/settings/users')
})

test('two tabs hear of a change over one stream', async (t) => {
  const app = await launch(t)
  const page = await company(app)
  await page.goto('/o/customers')
  const other = await page.context().newPage()
  await other.goto('/o/customers')
  await page.waitForTimeout(500)
  const streams = async (p) => p.evaluate(() => performance.getEntriesByType('resource').filter((r) => r.name.includes('/api/v1/events?')).length)
  assert.equal((await streams(page)) + (await streams(other)), 0, 'a tab opened a stream of its own')
  const third = await app.newPage({ like: page })
  await third.goto('/')
  await caller(third)('POST', 'customers', { name: '剛剛新增的公司' })
  await page.getByText('剛剛新增的公司').first().waitFor({ timeout: 10_000 })
  await other.getByText('剛剛新增的公司').first().waitFor({ timeout: 10_000 })
})
