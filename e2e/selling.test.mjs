// The one journey, from a stranger's words to money that is counted on: a public form and a name card
// become leads, are given to somebody who is told by mail, become a customer, are visited, moved through
// the stages, offered as a PDF and won. The salesperson has a phone and writes Simplified Chinese, her
// manager a desk and Traditional. On the way what is done every day is counted: clicks and keys beyond
// the words themselves, at most five each.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { caller, company } from './company.mjs'
import { launch } from './harness.mjs'
import { decoded, postbox } from './postbox.mjs'

const run = promisify(execFile)
const PASSWORD = 'correct-horse-battery'
const MOST = 5

/** The words of the interface in a language. */
const wordsOf = (language) => {
  const all = JSON.parse(readFileSync(new URL(`../web/src/locales/${language}.json`, import.meta.url), 'utf8'))
  return (key, values = {}) => all[key].replace(/\{\{(\w+)[^}]*\}\}/g, (_, name) => values[name] ?? '')
}
const tw = wordsOf('zh-TW')
const cn = wordsOf('zh-CN')

async function until(condition, what) {
  for (let tries = 0; tries < 400; tries++) {
    const answer = await condition()
    if (answer) return answer
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`waited in vain for ${what}`)
}

const counted = new Map()

/** Counts, in a page and those it becomes, what hands do beyond typing words. */
async function counting(page) {
  if (counted.has(page)) return counted.get(page)
  await page.addInitScript(() => {
    const count = () => sessionStorage.setItem('gestures', String(Number(sessionStorage.getItem('gestures') ?? 0) + 1))
    addEventListener('pointerdown', (e) => e.isTrusted && count(), true)
    addEventListener(
      'keydown',
      (e) => {
        if (!e.isTrusted || ['Control', 'Meta', 'Shift', 'Alt'].includes(e.key)) return
        const words = e.target.matches?.('input, textarea') && e.key.length === 1 && !e.ctrlKey && !e.metaKey
        if (!words) count()
      },
      true,
    )
  })
  const measured = async (what, work) => {
    await page.evaluate(() => sessionStorage.removeItem('gestures'))
    await work()
    const n = Number(await page.evaluate(() => sessionStorage.getItem('gestures')))
    assert.ok(n > 0 && n <= MOST, `${what} takes ${n} gestures`)
    console.log(`gestures: ${what} ${n}`)
  }
  counted.set(page, measured)
  return measured
}

/** Drags a card to another column with the mouse. */
async function drag(page, id, to) {
  const card = page.locator(`.board-card[data-id="${id}"]`)
  const column = page.locator(`.column[data-stage=${to}]`)
  await card.waitFor()
  await column.scrollIntoViewIfNeeded()
  const from = await card.boundingBox()
  const b = await column.boundingBox()
  await page.mouse.move(from.x + from.width - 40, from.y + from.height - 10)
  await page.mouse.down()
  await page.mouse.move(from.x + 60, from.y + 30, { steps: 4 })
  await page.mouse.move(b.x + 60, b.y + 200, { steps: 12 })
  await page.mouse.up()
  // It glides into its place, where hands take it next.
  await page.locator('.board-card.floating').waitFor({ state: 'detached' })
}

/** A picture that stands for a photo of a name card. */
const photo = (page) =>
  page.evaluate(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 900, height: 540 })
    const c = canvas.getContext('2d')
    c.fillStyle = '#fdfcf7'
    c.fillRect(0, 0, 900, 540)
    c.fillStyle = '#1f3b6d'
    for (const [i, text] of ['日昇光電科技股份有限公司', '李采潔', '採購副理', '0933-221-887'].entries()) {
      c.font = `${i === 1 ? 64 : 36}px sans-serif`
      c.fillText(text, 70, 110 + i * 100)
    }
    return canvas.toDataURL('image/png').split(',')[1]
  })

test('from a stranger to a deal that is won', async (t) => {
  const app = await launch(t)
  const page = await company(app)
  const call = caller(page)
  const box = await postbox(t)
  const month = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 7)
  await call('PATCH', 'mail-server', { host: '127.0.0.1', port: box.port, security: 'none', sender_address: 'crm@calm.example', site: app.url })
  const root = (await call('GET', 'departments')).records[0].id
  const north = (await call('POST', 'departments', { name: '北區業務', parent: root })).id
  const person = (name, login, role, language) =>
    call('POST', 'users', { name, login, role: { key: role }, department: north, language, mails: [`${login}@calm.example`], password: PASSWORD })
  const boss = (await person('林志明', 'boss', 'manager', 'zh-TW')).id
  const seller = (await person('王美玲', 'seller', 'salesperson', 'zh-CN')).id
  await call('POST', 'assignment-rules', { name: '北區', position: 1, people: [seller] })
  const category = (await call('POST', 'product_categories', { name: '影印機' })).id
  const product = (code, name, price) => call('POST', 'products', { code, name, category, unit: '台', prices: [{ currency: 'TWD', price }] })
  await product('MX-3070', '彩色數位複合機 MX-3070', '86500')
  await product('SV-12', '年度維護', '12000')
  await call('POST', 'letterheads', { name: '安心辦公設備股份有限公司', tax_number: '12345675', phone: '02-2998-1234' })
  const form = await call('POST', 'web-forms', {
    object: 'lead', name: '官網詢價', title: '聯絡我們', language: 'zh-TW', active: true, preset: { source: 'web' },
    fields: { list: [{ name: 'name', required: true }, { name: 'company' }, { name: 'phones' }, { name: 'mails', required: true }, { name: 'interest' }] },
  })
  // The third stage asks for a day; what it is about is a matter of the products.
  const stages = (await call('GET', 'objects/opportunity')).fields.find((f) => f.name === 'stage').options
  await call('PUT', 'objects/opportunity/pipelines', {
    pipelines: [{ value: 'standard', label: '標準銷售', stages: stages.map((s) => ({ value: s.value, label: s.label, kind: s.kind, probability: s.probability, needs: s.value === 'proposal' ? ['expected_close'] : s.value === 'lost' ? ['reason'] : [] })) }],
  })
  await call('POST', 'targets', { owner: seller, month: `${month}-01`, amount: { amount: '500000', currency: 'TWD' } })

  const signIn = async (options, login, say) => {
    const one = await app.newPage(options)
    await one.goto('/sign-in')
    await one.locator('#login').fill(login)
    await one.locator('#password').fill(PASSWORD)
    await one.getByRole('button', { name: say('signin'), exact: true }).click()
    await one.locator('.home').waitFor()
    return one
  }
  const phone = await signIn({ viewport: 'phone', locale: 'zh-CN' }, 'seller', cn)
  const desk = await signIn({ locale: 'zh-TW' }, 'boss', tw)
  const sellers = caller(phone)
  const dialog = phone.getByRole('dialog')
  let lead
  let customer
  let deal

  await t.test('a stranger writes; it is given to the salesperson, who is told by mail and on her phone', async () => {
    const stranger = await app.newPage({ viewport: 'phone' })
    await stranger.goto(`/f/${form.token}`)
    await stranger.getByLabel('姓名').fill('陳建宏')
    await stranger.getByLabel('公司').fill('宏碩精密工業股份有限公司')
    await stranger.getByLabel('電話').fill('02-2345-6789')
    await stranger.getByLabel('電子郵件').fill('chen@hongshuo.example')
    await stranger.getByLabel('感興趣的產品或需求').fill('影印機汰換')
    await stranger.getByRole('button', { name: '送出' }).click()
    await stranger.getByText('我們收到了').waitFor()
    await stranger.context().close()
    lead = (await call('GET', 'leads?limit=1')).records[0]
    assert.equal(lead.owner.id, seller)
    const mail = await until(() => box.mails.map(decoded).find((m) => m.includes('陳建宏')), 'the mail')
    assert.match(mail, /To: .*seller@calm\.example/)
    assert.match(mail, /线索.*分配给您/)
    await phone.locator('.bell .badge').waitFor()
    await phone.locator('.bell').click()
    await phone.locator('.told-open', { hasText: '陳建宏' }).click()
    await phone.waitForURL(/\/o\/leads\/\d+/)
    await app.shot(phone, 'selling-lead-phone')
  })

  await t.test('a name card is taken and typed', async () => {
    await phone.goto('/o/leads')
    await phone.getByRole('button', { name: cn('create'), exact: true }).last().click()
    const chooser = phone.waitForEvent('filechooser')
    await phone.getByRole('menuitem', { name: cn('capture.of', { what: '名片' }) }).click()
    await (await chooser).setFiles([{ name: 'card.png', mimeType: 'image/png', buffer: Buffer.from(await photo(phone), 'base64') }])
    await phone.getByRole('button', { name: cn('capture.type', { n: 1 }) }).click()
    await phone.locator('.beside img').waitFor()
    await phone.locator('#form-name').fill('李采潔')
    await phone.locator('#form-company').fill('日昇光電科技股份有限公司')
    await app.shot(phone, 'selling-card-phone')
    await phone.getByRole('button', { name: cn('capture.next') }).click()
    await phone.getByText(cn('capture.none')).waitFor()
    const typed = (await sellers('GET', 'leads?limit=1&sort=-created_at')).records[0]
    assert.deepEqual([typed.name, typed.status], ['李采潔', 'new'])
  })

  await t.test('the lead becomes a customer with a deal', async () => {
    const measured = await counting(phone)
    await phone.goto(`/o/leads/${lead.id}`)
    const convert = phone.getByRole('button', { name: '转化', exact: true })
    await convert.waitFor()
    await measured('convert a lead', async () => {
      await convert.click()
      await dialog.getByLabel('商机名称').waitFor()
      await app.shot(phone, 'selling-convert-phone')
      await dialog.getByRole('button', { name: '转化', exact: true }).click()
      await phone.waitForURL(/\/o\/customers\/\d+/)
    })
    customer = phone.url().match(/customers\/(\d+)/)[1]
    deal = (await sellers('GET', `opportunities?filter=${encodeURIComponent(`customer = "${customer}"`)}`)).records[0]
    assert.equal(deal.name, '宏碩精密工業股份有限公司 影印機汰換')
    await sellers('PATCH', `customers/${customer}`, { short_name: '宏碩精密' })
  })

  let merge
  await t.test('a colleague had noted the same company: the two become one', async () => {
    const twin = (await call('POST', 'customers', { name: '宏碩精密工業', phones: ['02-2345-6789'], owner: seller, note: '去年展覽見過' })).id
    await page.goto(`/o/customers?q=${encodeURIComponent('宏碩')}`)
    const boxes = page.getByRole('checkbox', { name: /宏碩/ })
    await boxes.nth(1).waitFor()
    await boxes.nth(0).check()
    await boxes.nth(1).check()
    await page.getByRole('button', { name: '合併', exact: true }).click()
    await page.locator('.merge-outcome').waitFor()
    await app.shot(page, 'selling-merge')
    await page.getByRole('button', { name: '合併這 2 筆' }).click()
    merge = await until(async () => (await call('GET', 'merges?object=customer')).merges[0], 'the merge')
    const loser = merge.winner.id === twin ? customer : twin
    merge.loser = loser
    customer = merge.winner.id
    assert.equal((await call('GET', `opportunities/${deal.id}`)).customer.id, customer)
  })

  await t.test('the visit is logged with what comes next', async () => {
    const measured = await counting(phone)
    await phone.goto(`/o/customers/${customer}`)
    const kind = phone.locator('.composer').getByRole('button', { name: '拜访', exact: true })
    await kind.waitFor()
    await measured('log a visit with its next step', async () => {
      await kind.click()
      await phone.locator('.composer-text').fill('看过旧机，九月前要换三台')
      await phone.locator('.composer-next input').first().click()
      await phone.keyboard.type('寄报价单')
      await phone.locator('.composer-next .chip-btn').nth(1).click()
      await phone.locator('.composer button[type=submit]').click()
      await phone.locator('.entry', { hasText: '看过旧机' }).waitFor()
    })
    await app.shot(phone, 'selling-visit-phone')
    const [visit] = (await sellers('GET', 'activities?limit=1&sort=-at')).records
    assert.deepEqual([visit.kind, visit.next_step], ['visit', '寄报价单'])
  })

  await t.test('the deal gets its products and comes to their sum', async () => {
    await desk.goto(`/o/opportunities/${deal.id}?edit=items`)
    const lines = desk.locator('#form-items')
    await lines.getByRole('button', { name: tw('lines.add') }).click()
    for (const [i, [word, name, price]] of [['MX-3070', /MX-3070/, '86500'], ['維護', '年度維護', '12000']].entries()) {
      await desk.locator(`#form-items-${i}-product`).fill(word)
      await desk.getByRole('option', { name }).click()
      await desk.waitForFunction(([i, price]) => document.querySelector(`#form-items-${i}-price`)?.value === price, [i, price])
      if (i === 0) {
        await desk.locator('#form-items-0-quantity').fill('3')
        await desk.locator('#form-items-0-discount').fill('10')
        await desk.locator('#form-items-0-quantity').press('Enter')
      }
    }
    await desk.waitForFunction(() => document.querySelector('#form-amount')?.value === '245550')
    assert.ok(await desk.locator('#form-amount').isDisabled())
    await app.shot(desk, 'selling-deal-products')
    await app.axe(desk)
    await desk.keyboard.press('Control+Enter')
    await desk.locator('.highlights').getByText('NT$245,550').waitFor()
    await app.shot(desk, 'selling-deal')
  })

  await t.test('it is dragged through the stages; one asks for a day', async () => {
    await desk.goto('/o/opportunities/board')
    await drag(desk, deal.id, 'qualified')
    const stage = async () => (await call('GET', `opportunities/${deal.id}`)).stage
    await until(async () => (await stage()) === 'qualified', 'the second stage')
    await desk.locator(`.column[data-stage=qualified] .board-card[data-id="${deal.id}"]`).waitFor()
    await drag(desk, deal.id, 'proposal')
    const asks = desk.getByRole('dialog')
    await asks.getByText('預計成交日').first().waitFor()
    await asks.getByRole('textbox').first().fill(`${month}-28`)
    await app.shot(desk, 'selling-board-asks')
    await asks.getByRole('button', { name: tw('save') }).click()
    await until(async () => (await stage()) === 'proposal', 'the third stage')
  })

  let quote
  await t.test('the quote takes over the products; its PDF says what the record holds', async () => {
    await desk.goto(`/o/opportunities/${deal.id}`)
    await desk.getByRole('button', { name: '新增報價單' }).click()
    await desk.waitForFunction(() => document.querySelector('#form-items-1-price')?.value === '12000')
    await app.shot(desk, 'selling-quote-form')
    await desk.keyboard.press('Control+Enter')
    await desk.waitForURL(/\/o\/quotes\/\d+/)
    quote = await call('GET', `quotes/${desk.url().match(/quotes\/(\d+)/)[1]}`)
    assert.deepEqual([quote.total.amount, quote.net.amount, quote.customer.id], ['257828', '245550', customer])
    const data = await desk.evaluate(async (url) => {
      const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer())
      return btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join(''))
    }, `/api/v1/quotes/${quote.id}/print`)
    const file = path.join(app.folder, 'quote.pdf')
    await writeFile(file, Buffer.from(data, 'base64'))
    const text = (await run('pdftotext', ['-layout', file, '-'])).stdout.replace(/\s+/g, ' ')
    for (const said of [quote.number, quote.customer.label, '彩色數位複合機 MX-3070', '年度維護', '233,550', '12,000', '245,550', '12,278', '257,828']) {
      assert.ok(text.includes(said), `the PDF does not say ${said}: ${text}`)
    }
    await app.shot(desk, 'selling-quote')
  })

  await t.test('a quote is made from an older one', async () => {
    const measured = await counting(desk)
    await desk.goto(`/o/quotes/${quote.id}`)
    const more = desk.getByRole('button', { name: tw('more'), exact: true }).first()
    await more.waitFor()
    await measured('make a quote from an older one', async () => {
      await more.click()
      await desk.getByRole('menuitem', { name: tw('copy'), exact: true }).click()
      await desk.locator('#form-items-1-price').waitFor()
      await desk.keyboard.press('Control+Enter')
      await desk.getByRole('heading', { name: /^Q-\d{4}-00002$/ }).waitFor()
    })
  })

  await t.test('the customer accepts, the deal is won, and what is counted on moves', async () => {
    await desk.goto('/forecast')
    await desk.getByRole('row', { name: /進行中商機/ }).getByText('NT$245,550').first().waitFor()
    await desk.goto(`/o/quotes/${quote.id}`)
    await desk.getByRole('button', { name: '客戶接受', exact: true }).first().click()
    const asks = desk.getByRole('dialog')
    await asks.getByLabel('商機改為成交').check()
    assert.ok(await asks.getByLabel('把商機的產品明細與金額改為這張報價').isChecked())
    await app.shot(desk, 'selling-accept')
    await asks.getByRole('button', { name: '客戶接受', exact: true }).click()
    await asks.waitFor({ state: 'detached' })
    const won = await call('GET', `opportunities/${deal.id}`)
    assert.deepEqual([won.stage, won.amount.amount, won.items.length], ['won', '245550', 2])
    await desk.goto('/forecast')
    await desk.getByRole('row', { name: /成交/ }).getByText('NT$245,550').first().waitFor()
    await app.shot(desk, 'selling-forecast')
    const sum = async (name, body) => JSON.stringify(await desk.evaluate(async ([name, body]) => (await fetch(`/api/v1/analyses/${name}/actions/run`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })).json(), [name, body]))
    assert.match(await sum('sales', { by: 'owner', period: 'this_month' }), /245550/)
    const report = await sellers('GET', `reporting/mine?kind=day&day=${new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)}`)
    assert.match(JSON.stringify(report.logged), /宏碩精密/)
    assert.match(JSON.stringify(report.logged), /245550/)
  })

  await t.test('what was made one is two again, and the deal stays where it is', async () => {
    await call('POST', `merges/${merge.id}/actions/undo`, {})
    await until(async () => (await call('GET', `customers/${merge.loser}`)).id === merge.loser, 'the other to be back')
    assert.equal((await call('GET', `opportunities/${deal.id}`)).stage, 'won')
  })

  await t.test('what is done every day takes few gestures', async () => {
    const measured = await counting(desk)
    await desk.goto('/')
    await desk.locator('.home').waitFor()
    for (const [what, typed] of [['find a customer by its short name', '宏碩精密'], ['find a customer by the last four digits', '6789']]) {
      await measured(what, async () => {
        await desk.keyboard.press('Control+k')
        await desk.keyboard.type(typed)
        await desk.locator('[role=option][aria-selected=true]', { hasText: /宏碩精密工業.*客戶/ }).waitFor()
        await desk.keyboard.press('Enter')
        await desk.waitForURL(/\/o\/customers\/\d+/)
      })
      await desk.goto('/')
      await desk.locator('.home').waitFor()
    }
    await desk.goto(`/o/customers/${customer}`)
    const add = desk.getByRole('button', { name: '新增商機' })
    await add.waitFor()
    await measured('make an opportunity for a customer', async () => {
      await add.click()
      await desk.locator('#form-name').fill('投影機')
      await desk.locator('#form-amount').click()
      await desk.keyboard.type('90000')
      await desk.keyboard.press('Control+Enter')
      await desk.getByText('投影機').first().waitFor()
    })
    const made = await until(async () => (await call('GET', `opportunities?filter=${encodeURIComponent('name = "投影機"')}`)).records[0], 'the deal')
    await desk.goto(`/o/customers/${customer}`)
    await desk.locator('.composer-text').waitFor()
    await measured('log a call with its next step', async () => {
      await desk.keyboard.press('f')
      await desk.keyboard.type('同意延長維護')
      await desk.locator('.composer-next input').first().click()
      await desk.keyboard.type('寄合約')
      await desk.locator('.composer-next .chip-btn').nth(1).click()
      await desk.keyboard.press('Control+Enter')
      await desk.locator('.entry', { hasText: '同意延長維護' }).waitFor()
    })
    await desk.goto(`/o/opportunities/${made.id}`)
    const more = desk.getByRole('button', { name: tw('more'), exact: true }).first()
    await more.waitFor()
    await measured('move a deal to won with the reason', async () => {
      await more.click()
      await desk.getByRole('menuitem', { name: '成交', exact: true }).click()
      await desk.getByRole('dialog').getByRole('textbox').waitFor()
      await desk.keyboard.type('交期最快')
      await desk.keyboard.press('Enter')
      await desk.locator('.stage.stage-won').waitFor()
    })
    assert.equal((await call('GET', `opportunities/${made.id}`)).reason, '交期最快')
  })

  await t.test('many leads are given up at once, and taken back', async () => {
    for (const name of ['甲', '乙', '丙']) await call('POST', 'leads', { name, company: `${name}公司`, owner: seller })
    await desk.goto(`/o/leads?filter=${encodeURIComponent('status = "new"')}`)
    await desk.locator('.grid-row', { hasText: '甲公司' }).waitFor()
    await desk.locator('.grid-row input[type=checkbox]').nth(0).click()
    await desk.locator('.grid-row input[type=checkbox]').nth(2).click({ modifiers: ['Shift'] })
    await desk.getByText('已選 3 筆潛在客戶').waitFor()
    await desk.locator('.bulk').getByRole('button', { name: tw('bulk.actions') }).click()
    await desk.getByRole('menuitem', { name: '設為無效' }).click()
    const asks = desk.getByRole('dialog')
    await asks.getByRole('combobox').first().selectOption({ label: '沒有需求' })
    await app.shot(desk, 'selling-many')
    await app.axe(desk)
    await asks.getByRole('button', { name: '設為無效', exact: true }).click()
    const toast = desk.locator('.job-toast')
    await toast.getByRole('button', { name: tw('undo') }).waitFor()
    const given = async () => (await call('GET', `leads?count=exact&limit=1&filter=${encodeURIComponent('status = "disqualified"')}`)).count.value
    assert.equal(await given(), 3)
    await toast.getByRole('button', { name: tw('undo') }).click()
    await until(async () => (await given()) === 0, 'the leads to be back')
  })
})
