// What the interface costs: initial JavaScript, requests, time to a usable list, from a key to what
// it finds, frames without rows while ten thousand loaded rows are scrolled. The figures are printed
// and held only where they do not depend on the machine's mood.
//
// FIGURES_ROWS=10000 scrolls as many. FIGURES_URL, FIGURES_LOGIN and FIGURES_PASSWORD measure a server that runs already, such as one of
// a million customers.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { account, caller, company } from './company.mjs'
import { launch } from './harness.mjs'

const ROUNDS = 7
const LOADED = Number(process.env.FIGURES_ROWS ?? 2_000)
const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]
const said = (name, list, unit, goal) => console.log(`${name.padEnd(44)} ${String(Math.round(median(list))).padStart(6)} ${unit}  (${goal}; ${list.map((n) => Math.round(n)).join(' ')})`)

test('what the interface costs', async (t) => {
  const app = await launch(t)
  app.expectProblem(/answered 401/)
  const there = process.env.FIGURES_URL
  let page
  if (there) {
    page = await app.newPage()
    await page.goto(`${there}/sign-in`)
    await page.locator('#login').fill(process.env.FIGURES_LOGIN ?? account.login)
    await page.locator('#password').fill(process.env.FIGURES_PASSWORD ?? account.password)
    await page.locator('button[type=submit]').click()
    await page.locator('.home').waitFor()
  } else {
    page = await company(app)
    const call = caller(page)
    for (let from = 0; from < LOADED; from += 500) {
      const create = Array.from({ length: Math.min(500, LOADED - from) }, (_, i) => ({
        name: `宏碩精密工業第${from + i}廠股份有限公司`, short_name: `宏碩${from + i}`, level: 'ABCD'[i % 4], phones: [`02-${2000 + (from + i) % 7000}-${1000 + i}`], tags: ['老客戶'],
      }))
      assert.equal((await call('POST', 'customers/batch', { create })).failed, 0)
    }
  }
  const at = there ?? app.url

  await t.test('the first page', async () => {
    for (const kind of ['cold', 'warm']) {
      const times = []
      let first
      let opened
      for (let n = 0; n < ROUNDS; n++) {
        if (kind === 'cold' || !opened) opened = await app.newPage({ like: page, serviceWorkers: 'block' })
        await opened.addInitScript(() => {
          const look = () => {
            if (document.querySelectorAll('.grid-row [role=gridcell]').length > 20) window.__usable ??= performance.now()
            else requestAnimationFrame(look)
          }
          look()
        })
        await opened.goto(`${at}/o/customers`, { waitUntil: 'commit' })
        await opened.waitForFunction(() => window.__usable)
        const r = await opened.evaluate(() => {
          const all = performance.getEntriesByType('resource').filter((e) => e.startTime < window.__usable)
          return { usable: window.__usable, requests: all.length + 1, script: all.filter((e) => /\.js(\?|$)/.test(e.name)).reduce((sum, e) => sum + e.encodedBodySize, 0) }
        })
        times.push(r.usable)
        first ??= r
        if (kind === 'cold') await opened.context().close()
      }
      if (opened && kind === 'warm') await opened.context().close()
      said(`usable list, ${kind}`, times, 'ms', 'goal 1000')
      if (kind === 'cold') {
        said('initial JavaScript, as sent', [first.script / 1024], 'kB', 'goal 350')
        said('requests up to the usable list', [first.requests], '', 'told')
        assert.ok(first.script <= 350 * 1024, `${first.script} bytes of JavaScript`)
      }
    }
  })

  await t.test('from a key to what it finds', async () => {
    const palette = []
    const inList = []
    await page.goto(`${at}/o/customers`)
    await page.locator('.grid-row').first().waitFor()
    await page.keyboard.press('Control+k')
    const box = page.getByRole('dialog').getByRole('combobox')
    // A key that follows others within a breath waits for them; each here comes alone.
    for (const word of ['宏碩1', '宏碩23', '宏碩77', '宏碩500', '宏碩8', '宏碩9', '宏碩31']) {
      await box.fill('')
      await page.waitForTimeout(400)
      palette.push(await keyed(page, box, word, '[role=dialog] [role=option]'))
    }
    await page.keyboard.press('Escape')
    const search = page.getByRole('searchbox').or(page.getByPlaceholder(/在清單中搜尋/)).first()
    for (const word of ['宏碩1', '宏碩23', '宏碩77', '宏碩500', '宏碩8', '宏碩9', '宏碩31']) {
      await search.fill('')
      await page.waitForTimeout(700)
      inList.push(await keyed(page, search, word, '.grid-row'))
    }
    said('key to result, palette', palette, 'ms', 'goal 100')
    said('key to result, list', inList, 'ms', 'goal 100')
  })

  await t.test('ten thousand loaded rows scrolled', async () => {
    await page.goto(`${at}/o/customers`)
    await page.locator('.grid-row').first().waitFor()
    const loaded = await page.evaluate(async (want) => {
      const box = [...document.querySelectorAll('main *')].filter((e) => e.scrollHeight > e.clientHeight + 5 && /auto|scroll/.test(getComputedStyle(e).overflowY)).sort((a, b) => b.scrollHeight - a.scrollHeight)[0]
      window.__box = box
      const high = document.querySelector('.grid-row').getBoundingClientRect().height
      const until = performance.now() + 60_000
      let last = 0
      while (performance.now() < until) {
        box.scrollTop = box.scrollHeight
        await new Promise((done) => setTimeout(done, 30))
        const rows = Math.round(box.scrollHeight / high)
        if (rows >= want && rows === last) break
        last = rows
      }
      box.scrollTop = 0
      return Math.round(box.scrollHeight / high)
    }, LOADED)
    const frames = await page.evaluate(async () => {
      const box = window.__box
      const area = box.getBoundingClientRect()
      const xs = area.left + 120
      let blank = 0
      let all = 0
      let slow = 0
      let before = performance.now()
      const step = 900 // faster than a hand turns a wheel
      const until = performance.now() + 10_000
      for (let down = true, n = 0; n < 400 && performance.now() < until; n++) {
        box.scrollTop += down ? step : -step
        if (box.scrollTop <= 0 || box.scrollTop + box.clientHeight >= box.scrollHeight - 2) down = !down
        await new Promise((done) => requestAnimationFrame(done))
        // What this frame is about to show.
        const empty = [0.2, 0.5, 0.8].some((part) => !document.elementFromPoint(xs, area.top + area.height * part)?.closest('.grid-row')?.textContent?.trim())
        const now = performance.now()
        if (now - before > 50) slow++
        before = now
        all++
        if (empty) blank++
      }
      return { all, blank, slow }
    })
    console.log(`rows loaded ${loaded}; frames ${frames.all}, without rows ${frames.blank}, longer than 50 ms ${frames.slow}`)
    assert.ok(loaded >= LOADED, `${loaded} rows were loaded`)
  })
})

/** From the key that completes a word to the frame that shows what it finds, in ms. */
async function keyed(page, box, word, rows) {
  await box.pressSequentially(word.slice(0, -1), { delay: 0 })
  await page.waitForTimeout(300)
  await page.evaluate(
    ([rows]) => {
      window.__shown = undefined
      const told = () => [...document.querySelectorAll(rows)].map((e) => e.textContent).join('|')
      const before = told()
      document.addEventListener(
        'input',
        () => {
          const began = performance.now()
          const look = () => {
            if (told() !== before) window.__shown = performance.now() - began
            else if (performance.now() - began > 2000) window.__shown = -1
            else requestAnimationFrame(look)
          }
          requestAnimationFrame(look)
        },
        { once: true, capture: true },
      )
    },
    [rows],
  )
  await box.pressSequentially(word.slice(-1))
  await page.waitForFunction(() => window.__shown !== undefined)
  return page.evaluate(() => window.__shown)
}
