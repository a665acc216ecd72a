// A small believable company, made through the API: people in three departments, customers, deals
// across the stages, calls over two months, tasks that are late, due and to come.

/** The calls the interface makes, for a page that is signed in. */
export function caller(page) {
  return async (method, path, body) => {
    const answer = await page.evaluate(
      async ([method, path, body]) => {
        const headers = body === undefined ? {} : { 'Content-Type': 'application/json' }
        const r = await fetch(`/api/v1/${path}`, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) })
        const text = await r.text()
        return { status: r.status, body: text ? JSON.parse(text) : undefined }
      },
      [method, path, body],
    )
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body
  }
}

const NAMES = {
  'zh-TW': [
    ['宏碩精密工業股份有限公司', '宏碩精密', '新北市'], ['大順五金行', '', '桃園市'], ['台中建材有限公司', '中建材', '台中市'],
    ['永豐餘生技股份有限公司', '永豐餘生', '台北市'], ['日昇光電科技股份有限公司', '日昇光電', '新竹市'], ['晨曦國際貿易有限公司', '晨曦國際', '高雄市'],
    ['福記食品廠', '福記', '雲林縣'], ['博愛醫院', '', '宜蘭縣'], ['聯成化學科技股份有限公司', '聯成化', '台南市'],
    ['藍海物流股份有限公司', '藍海', '基隆市'], ['小樹文創工作室', '', '台北市'], ['欣興營造股份有限公司', '欣興營造', '新竹縣'],
  ],
  'zh-CN': [
    ['深圳市华强电子有限公司', '华强电子', '深圳市'], ['上海浦江贸易有限公司', '浦江贸易', '上海市'], ['杭州西溪网络科技有限公司', '西溪网络', '杭州市'],
    ['广州珠江建材有限公司', '珠江建材', '广州市'], ['苏州工业园区精工机械有限公司', '精工机械', '苏州市'], ['成都天府食品有限公司', '天府食品', '成都市'],
    ['北京中关村软件有限公司', '中软', '北京市'], ['青岛海港物流有限公司', '海港物流', '青岛市'], ['武汉光谷激光有限公司', '光谷激光', '武汉市'],
    ['西安长安文化传媒有限公司', '长安文化', '西安市'], ['重庆山城汽配有限公司', '山城汽配', '重庆市'], ['厦门鹭岛茶业有限公司', '鹭岛茶业', '厦门市'],
  ],
  en: [
    ['Northwind Traders Ltd', 'Northwind', 'London'], ['Alder & Sons', '', 'Leeds'], ['Harbour Logistics Inc.', 'Harbour', 'Boston'],
    ['Bright Dental Group', 'Bright Dental', 'Bristol'], ['Cobalt Software GmbH', 'Cobalt', 'Berlin'], ['Orchard Foods plc', 'Orchard', 'Kent'],
    ['Sterling Fasteners', '', 'Sheffield'], ['Vantage Optics LLC', 'Vantage', 'Rochester'], ['Redwood Builders', '', 'Portland'],
    ['Quayside Hotel', '', 'Dublin'], ['Lumen Studio', '', 'Glasgow'], ['Peak Outdoor Co.', 'Peak', 'Denver'],
  ],
}

const WORDS = {
  'zh-TW': {
    company: '安心辦公設備', admin: '陳怡君', departments: ['業務一部', '業務二部', '客服部'], people: ['林志明', '王美玲', '張家豪', '李淑芬'],
    deals: ['影印機年度維護', '會議室設備更新', '辦公家具汰換', '雲端列印導入', '總公司搬遷', '標籤機採購', '監視系統', '投影設備'],
    calls: ['約下週三拜訪', '報價已寄，等主管簽核', '想先試用一個月', '對交期有疑慮，已請工廠確認', '窗口換成採購部陳小姐'],
    tasks: ['寄新版報價單', '確認交期', '回覆保固問題', '準備下週簡報', '催收訂金', '約見採購主管'], tag: '老客戶', reason: '價格', city: '台北市',
    contacts: ['陳小姐', '黃經理', '吳先生'], title: '採購', phone: (n) => `02-2345-${6000 + n}`, currency: 'TWD', note: '下週再聯絡', token: '會計系統', fresh: '周雅婷',
  },
  'zh-CN': {
    company: '安心办公设备', admin: '陈怡君', departments: ['销售一部', '销售二部', '客服部'], people: ['林志明', '王美玲', '张家豪', '李淑芬'],
    deals: ['复印机年度维保', '会议室设备升级', '办公家具采购', '云打印上线', '总部搬迁', '标签机采购', '监控系统', '投影设备'],
    calls: ['约下周三拜访', '报价已发，等领导审批', '想先试用一个月', '对交期有顾虑，已请工厂确认', '对接人换成采购部陈小姐'],
    tasks: ['发送新报价单', '确认交期', '回复保修问题', '准备下周汇报', '催收定金', '约见采购经理'], tag: '老客户', reason: '价格', city: '上海市',
    contacts: ['陈小姐', '黄经理', '吴先生'], title: '采购', phone: (n) => `021-6888-${6000 + n}`, currency: 'CNY', note: '下周再联系', token: '财务系统', fresh: '周雅婷',
  },
  en: {
    company: 'Calm Office Supplies', admin: 'Emma Chen', departments: ['Sales North', 'Sales South', 'Service'], people: ['Liam Turner', 'Olivia Brown', 'Noah Smith', 'Mia Jones'],
    deals: ['Copier maintenance', 'Meeting room refit', 'Office furniture', 'Cloud printing', 'Head office move', 'Label printers', 'CCTV system', 'Projectors'],
    calls: ['Visit next Wednesday', 'Quote sent, waiting for approval', 'Wants to try it for a month', 'Worried about delivery, asked the factory', 'New contact in purchasing'],
    tasks: ['Send the new quote', 'Confirm the delivery date', 'Answer the warranty question', 'Prepare the presentation', 'Ask for the deposit', 'Meet the head of purchasing'], tag: 'regular', reason: 'Price', city: 'London',
    contacts: ['Ms Carter', 'Mr Hughes', 'Ms Patel'], title: 'Purchasing', phone: (n) => `020 7946 ${1000 + n}`, currency: 'USD', note: 'Call again next week', token: 'Accounting', fresh: 'Ava Wilson',
  },
}

const PASSWORD = 'correct-horse-battery'
export const account = { login: 'admin', password: PASSWORD }

/** What the company is called in a language, for the set-up page. */
export const words = (locale) => WORDS[locale]

/** Fills the company; the page is signed in as its administrator. Answers the ids that were made. */
export async function fill(page, locale = 'zh-TW') {
  const w = WORDS[locale]
  const call = caller(page)
  const me = (await call('GET', 'me')).user.id
  const day = (n, hour = 2) => new Date(new Date().setUTCHours(hour, 0, 0, 0) + n * 86_400_000).toISOString()
  const root = (await call('GET', 'departments')).records[0].id
  const departments = []
  for (const name of w.departments) departments.push((await call('POST', 'departments', { name, parent: root })).id)
  const people = [me]
  for (const [i, name] of w.people.entries()) {
    const role = i === 0 ? 'manager' : 'salesperson'
    const made = await call('POST', 'users', { name, login: `user${i + 1}`, department: departments[i % 2], role: { key: role }, password: PASSWORD })
    people.push(made.id)
  }
  const fresh = await call('POST', 'users', { name: w.fresh, login: 'new', department: departments[2], role: { key: 'salesperson' } })
  const levels = ['A', 'A', 'B', 'B', 'B', 'C', 'C', 'D', 'B', 'A', null, 'C']
  const customers = []
  for (const [i, [name, short, city]] of NAMES[locale].entries()) {
    customers.push((await call('POST', 'customers', {
      name, short_name: short || null, level: levels[i], status: i % 3 ? 'active' : 'potential', source: ['referral', 'web', 'exhibition'][i % 3],
      phones: [w.phone(i)], tags: i % 4 ? [] : [w.tag], address: { city }, owner: people[i % 3 ? i % people.length : 0],
      next_contact_at: i % 4 ? null : day(i - 4),
    })).id)
  }
  for (const [i, name] of w.contacts.entries()) await call('POST', 'contacts', { name, customer: customers[0], title: w.title, phones: [w.phone(20 + i)] })
  const stages = ['new', 'new', 'qualified', 'proposal', 'proposal', 'negotiation', 'won', 'lost']
  const opportunities = []
  for (const [i, name] of w.deals.entries()) {
    opportunities.push((await call('POST', 'opportunities', {
      name, customer: customers[i], stage: stages[i], reason: stages[i] === 'lost' ? w.reason : null,
      amount: { amount: String(85000 + i * 137500), currency: w.currency }, expected_close: day(20 + i * 5).slice(0, 10), owner: people[i % 2 ? 1 : 0],
    })).id)
  }
  const kinds = ['call', 'visit', 'call', 'line', 'mail', 'meeting', 'call', 'wechat']
  for (let i = 0; i < 40; i++) {
    await call('POST', 'activities', {
      kind: kinds[i % kinds.length], customer: customers[(i * 5) % 10], at: day(-Math.floor(i * 1.35) - (i % 3)), result: w.calls[i % w.calls.length],
      owner: people[i % people.length], ...(i === 0 ? { next_step: w.note, next_at: day(5) } : {}),
    })
  }
  const due = [-3, -1, 0, 0, 2, 12]
  for (const [i, subject] of w.tasks.entries()) {
    await call('POST', 'tasks', { subject, customer: customers[i], due_at: day(due[i], 9), priority: i ? 'normal' : 'high', owner: me })
  }
  await call('POST', `customers/${customers[0]}/comments`, { text: w.note })
  const jobs = [
    await call('POST', 'customers/actions/tag', { ids: customers.slice(0, 8), input: { add: [w.tag] } }),
    await call('POST', 'customers/actions/export', { filter: '', format: 'xlsx' }),
  ]
  for (let tries = 0; tries < 100; tries++) {
    const all = (await call('GET', 'jobs')).jobs
    if (all.length >= jobs.length && all.every((j) => j.state === 'done')) break
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  await call('POST', 'tokens', { name: w.token, scopes: ['read'], expires_at: day(90).slice(0, 10) })
  return { customers, opportunities, people, departments, temporary: fresh.temporary_password }
}

/** Sets an empty company up through the page and answers the page, on the start page. */
export async function company(app) {
  app.expectProblem(/api\/v1\/(me|objects) answered 401/)
  const page = await app.newPage()
  await page.goto('/')
  await page.locator('#company').fill(words('zh-TW').company)
  await page.locator('#name').fill(words('zh-TW').admin)
  await page.locator('#login').fill(account.login)
  await page.locator('#password').fill(account.password)
  await page.getByRole('button', { name: '開始使用' }).click()
  await page.getByRole('button', { name: '進入 ECRM' }).click()
  await page.locator('.home').waitFor()
  return page
}
