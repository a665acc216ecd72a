// Every page, seen: desktop and phone, light and dark, in the three languages. None may spill over its
// width or show a name that was not translated; axe looks at those in zh-TW, since what it finds is no
// matter of language.
// ECRM_SHOTS=home,list makes only these. ECRM_LONG, as `make verify` sets it, adds the second looks of
// zh-CN and en, what is more of the same kind there, and axe.
import assert from 'node:assert/strict'
import { copyFile, mkdir } from 'node:fs/promises'
import path from 'node:path'
import { describe, test } from 'node:test'
import { account, caller, fill, words } from './company.mjs'
import { axe, launch, shot, shotsFolder, visit } from './harness.mjs'

const pictures = path.join(shotsFolder, '..', '..', 'docs', 'images')

const FILE = `公司名稱,統一編號,聯絡電話,等級,負責業務,地址,來源
鴻海精密工業股份有限公司,04541302,02-2268-3466,A,林志明,新北市土城區自由街2號,展覽
大立光電股份有限公司,22822281,04-3600-2345#101,B,王美玲,台中市南屯區精科路11號,轉介紹
統一企業股份有限公司,73251209,06-253-2121,甲,查無此人,台南市永康區中正路301號,朋友
`

const only = process.env.ECRM_SHOTS?.split(',')
const long = !!process.env.ECRM_LONG
// Every page in every language; the second look of zh-CN and en only where a page has words of its own.
// What is more of the same kind (FURTHER) is seen once in each: small, wide and in the dark all the same.
const LOOKS = [
  { locale: 'zh-TW', theme: 'light', viewport: 'desktop' },
  { locale: 'zh-TW', theme: 'dark', viewport: 'phone', further: true },
  { locale: 'zh-CN', theme: 'dark', viewport: 'desktop', further: long },
  { locale: 'zh-CN', theme: 'light', viewport: 'phone', main: true },
  { locale: 'en', theme: 'light', viewport: 'desktop', further: long },
  { locale: 'en', theme: 'dark', viewport: 'phone', main: true },
].filter((look) => long || !look.main)
const MAIN = ['setup', 'sign-in', 'first-password', 'home', 'list', 'record', 'form', 'board', 'import-map', 'jobs', 'settings-users', 'settings-roles']

const FURTHER = ['contacts', 'activities', 'contact', 'activity', 'task', 'list-groups', 'list-preview', 'list-chosen', 'list-filter', 'form-page', 'form-errors', 'keys', 'import-done', 'home-others']

/** Pages by name: an address, and what to do there before it is seen. */
const pages = ({ customers, opportunities, contact, activity, task }) => ({
  home: ['/', (p) => p.locator('.funnel').waitFor()],
  list: ['/o/customers', (p) => p.getByRole('link').nth(12).waitFor()],
  record: [`/o/customers/${customers[0]}`, (p) => p.locator('.timeline').first().waitFor()],
  opportunity: [`/o/opportunities/${opportunities[3]}`, (p) => p.locator('h1').waitFor()],
  form: ['/o/customers?create=customer', (p) => p.getByRole('dialog').waitFor()],
  board: ['/o/opportunities/board', (p) => p.locator('.board-card').first().waitFor()],
  tasks: ['/o/tasks', (p) => p.locator('h1').waitFor()],
  empty: ['/o/contacts?q=zzzzqqqq', (p) => p.locator('.state').waitFor()],
  palette: ['/o/customers', async (p) => {
    await p.locator('.search-open').click()
    await p.getByRole('combobox').waitFor()
  }],
  'not-found': ['/o/customers/1', (p) => p.locator('.state').waitFor()],
  jobs: ['/jobs', (p) => p.locator('.jobs, .state').waitFor()],
  import: ['/import', (p) => p.locator('.dropzone').waitFor()],
  'import-map': ['/import', async (p) => {
    await p.locator('input[type=file]').setInputFiles({ name: '客戶名單.csv', mimeType: 'text/csv', buffer: Buffer.from(FILE) })
    await p.locator('.mapping').waitFor()
  }],
  'import-check': ['/import', async (p) => {
    await p.locator('input[type=file]').setInputFiles({ name: '客戶名單.csv', mimeType: 'text/csv', buffer: Buffer.from(FILE) })
    await p.locator('.import-foot .btn-primary').click()
    await p.locator('.verdict').waitFor()
  }],
  'settings-me': ['/settings', (p) => p.locator('#language').waitFor()],
  'settings-password': ['/settings/password', (p) => p.locator('#old_password').waitFor()],
  'settings-sessions': ['/settings/sessions', (p) => p.locator('.settings-body .rows, .settings-body .state').waitFor()],
  'settings-reach': ['/settings/reach', (p) => p.locator('.settings-body .addresses, .settings-body .secret').first().waitFor()],
  'settings-tokens': ['/settings/tokens', (p) => p.locator('.settings-body .rows, .settings-body .state').waitFor()],
  'settings-company': ['/settings/company', (p) => p.locator('#company-name').waitFor()],
  'settings-users': ['/settings/users', (p) => p.locator('.settings-body .rows').waitFor()],
  'settings-departments': ['/settings/departments', (p) => p.locator('.settings-body .rows').waitFor()],
  'settings-roles': ['/settings/roles', (p) => p.locator('.settings-body .table, .settings-body .state').first().waitFor()],
  'settings-objects': ['/settings/objects', (p) => p.locator('.settings-body .table').waitFor()],
  'settings-layouts': ['/settings/layouts', (p) => p.locator('.layout-part').first().waitFor()],
  'settings-fields': ['/settings/fields', (p) => p.locator('.settings-body .table').waitFor()],
  contacts: ['/o/contacts', (p) => p.locator('.card-link, .cell-link').nth(2).waitFor()],
  activities: ['/o/activities', (p) => p.locator('.card-link, .cell-link').nth(8).waitFor()],
  contact: [`/o/contacts/${contact}`, (p) => p.locator('.timeline').first().waitFor()],
  activity: [`/o/activities/${activity}`, (p) => p.locator('.timeline').first().waitFor()],
  task: [`/o/tasks/${task}`, (p) => p.locator('.timeline').first().waitFor()],
  'list-groups': ['/o/opportunities?group=stage&closed=%5B%22won%22%5D', (p) => p.locator('.group-fold').nth(5).waitFor()],
  'list-preview': ['/o/customers', async (p, look) => {
    await p.locator('.card-link, .cell-link').nth(3).waitFor()
    if (look.viewport === 'phone') return // Space needs keys
    await p.keyboard.press('j')
    await p.keyboard.press(' ')
    await p.locator('.peek h2').first().filter({ hasText: /./ }).waitFor()
  }],
  'list-chosen': ['/o/customers', async (p, look) => {
    await p.locator('.card-link, .cell-link').nth(3).waitFor()
    if (look.viewport === 'phone') {
      await p.locator('.list-more').click()
      await p.getByRole('menuitem').first().click()
      for (const n of [0, 2]) await p.locator('.card-item').nth(n).click({ position: { x: 200, y: 20 } })
    } else for (const key of ['x', 'j', 'x']) await p.keyboard.press(key)
    await p.locator('.bulk').waitFor()
  }],
  'list-filter': ['/o/customers', async (p) => {
    await p.locator('.card-link, .cell-link').nth(3).waitFor()
    await p.locator('.filters button').first().click()
    await p.locator('.popover .quick-choice .menu-item').first().waitFor()
  }],
  'list-filter-more': ['/o/customers', async (p) => {
    await p.locator('.card-link, .cell-link').nth(3).waitFor()
    await p.locator('.filters button').first().click()
    await p.locator('.popover .quick-choice .separated').click()
    await p.locator('.popover form').waitFor()
  }],
  'form-page': ['/o/opportunities?create=opportunity', async (p, look) => {
    await p.getByRole('dialog').waitFor()
    if (look.viewport !== 'phone') await p.locator('[role=dialog] footer .btn-quiet, [role=dialog] footer .btn').first().click()
  }],
  'form-errors': ['/o/contacts?create=contact', async (p) => {
    await p.getByRole('dialog').waitFor()
    await p.locator('[role=dialog] .btn-primary').last().click()
    await p.locator('.error-text').first().waitFor()
  }],
  keys: ['/o/customers', async (p) => {
    await p.locator('.card-link, .cell-link').nth(3).waitFor()
    await p.keyboard.press('?')
    await p.locator('.key-map').first().waitFor()
  }],
  'import-done': ['/import', async (p) => {
    await p.locator('input[type=file]').setInputFiles({ name: '客戶名單.csv', mimeType: 'text/csv', buffer: Buffer.from(FILE) })
    for (let step = 0; step < 2; step++) {
      await p.locator('.import-foot .btn-primary').click()
      await p.locator('.verdict').waitFor()
    }
    await p.locator('.verdict + .counts').waitFor()
  }],
  'home-others': ['/?who=all', (p) => p.locator('.owner-name').first().waitFor()],
  more: ['/o/customers', async (p, look) => {
    if (look.viewport === 'phone') await p.locator('.bottombar button').last().click()
    else await p.locator('.topbar .icon-btn').last().click()
  }],
  error: ['/o/customers', async (p) => {
    await p.route('**/api/v1/opportunities?**', (route) => route.abort('connectionfailed'))
    await p.goto('/o/opportunities')
    await p.getByRole('alert').waitFor()
  }],
})

describe('every page', { concurrency: 3 }, () => {
  for (const locale of ['zh-TW', 'zh-CN', 'en']) {
    test(`in ${locale}`, async (t) => {
      const app = await launch(t)
      app.expectProblem(/api\/v1\/(me|objects) answered 401/)
      app.expectProblem(/customers\/1 answered 404/)
      app.expectProblem(/opportunities\?.*ERR_CONNECTION_FAILED/)
      const looks = LOOKS.filter((l) => l.locale === locale)
      const w = words(locale)
      const faults = []
      const first = await app.newPage(looks[0])
      await first.goto('/')
      await first.locator('#company').waitFor()
      for (const look of looks) {
        const p = look === looks[0] ? first : await app.newPage(look)
        await see(p, 'setup', look, '/setup', (p) => p.locator('#company').waitFor())
        if (p !== first) await p.context().close()
      }
      await first.locator('#company').fill(w.company)
      await first.locator('#name').fill(w.admin)
      await first.locator('#login').fill(account.login)
      await first.locator('#password').fill('short')
      await first.locator('button[type=submit]').click()
      assert.equal(await first.locator('.error-text').count(), 1, 'a short password is not explained')
      await first.locator('#password').fill(account.password)
      await first.locator('button[type=submit]').click()
      await first.locator('.card .btn-primary').last().click()
      await first.locator('.home').waitFor()
      await see(first, 'home-empty', looks[0], '/', (p) => p.locator('.first-steps').waitFor())
      const made = await fill(first, locale)
      const call = caller(first)
      for (const name of ['contact', 'activity', 'task']) {
        const plural = name === 'activity' ? 'activities' : `${name}s`
        made[name] = (await call('GET', `${plural}?limit=1`)).records[0].id
      }
      await first.goto(`/o/customers/${made.customers[1]}`)
      await first.goto(`/o/customers/${made.customers[0]}`)
      await first.locator('h1').waitFor()
      for (const look of looks) {
        const out = await app.newPage({ ...look, serviceWorkers: 'block' })
        await see(out, 'sign-in', look, '/sign-in', (p) => p.locator('#login').waitFor())
        await out.goto('/sign-in')
        await out.locator('#login').fill('new')
        await out.locator('#password').fill(made.temporary)
        await out.locator('button[type=submit]').click()
        await out.locator('#again').waitFor()
        await see(out, 'first-password', look, '/', (p) => p.locator('#again').waitFor())
        await out.context().close()
        const page = await app.newPage({ ...look, like: first, serviceWorkers: 'block' })
        for (const [name, [address, ready]] of Object.entries(pages(made))) {
          // All pages are seen before the first fault ends the test.
          await see(page, name, look, address, ready).catch((error) => faults.push(error.message))
        }
        await page.context().close()
      }
      // ECRM_README=1 renews the picture of the README.
      if (process.env.ECRM_README && locale !== 'zh-CN') {
        await mkdir(pictures, { recursive: true })
        await copyFile(path.join(shotsFolder, `home-desktop-light-${locale}.png`), path.join(pictures, `home-${locale}.png`))
      }
      assert.deepEqual(faults, [])
    })
  }
})

/** Waits until nothing more is loaded; the event stream keeps the network busy for ever. */
async function settled(page) {
  await page.evaluate(async () => {
    const count = () => performance.getEntriesByType('resource').length
    for (let last = -1, calm = 0, tries = 0; calm < 3 && tries < 60; tries++) {
      await new Promise((r) => setTimeout(r, 60))
      const now = count()
      calm = now === last && !document.querySelector('.skeleton') ? calm + 1 : 0
      last = now
    }
  })
}

async function see(page, name, look, address, ready) {
  if (only ? !only.includes(name) : look.main && !MAIN.includes(name) || FURTHER.includes(name) && !look.further) return
  const file = `${name}-${look.viewport}-${look.theme}-${look.locale}`
  await visit(page, address)
  await ready(page, look)
  await settled(page)
  await shot(page, file, { fullPage: false })
  const wide = await page.evaluate(() => {
    const width = document.documentElement.clientWidth
    if (document.documentElement.scrollWidth > width + 1) return 'the page'
    const main = document.querySelector('.main')
    if (main && main.scrollWidth > main.clientWidth + 1) return 'the main part'
    return ''
  })
  assert.equal(wide, '', `${file}: ${wide} is wider than the screen`)
  const raw = await page.evaluate(() => {
    const found = []
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let n = walk.nextNode(); n; n = walk.nextNode()) {
      const text = n.nodeValue.trim()
      if (/^[a-z_]+(\.[a-z_]+)+$/.test(text) && !n.parentElement.closest('code, .only-desktop')) found.push(text)
      if (/\{\{\w+\}\}/.test(text)) found.push(text)
    }
    return found
  })
  assert.deepEqual(raw, [], `${file}: not translated`)
  if (long || look.locale === 'zh-TW') await axe(page)
}
