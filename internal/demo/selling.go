package demo

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"ecrm/internal/local"
	"ecrm/internal/record"
)

// few is how many of something a customer has: from least on, below least+span;
// in a company of very many customers each has fewer.
func (m *maker) few(least, span, leastOfMany, spanOfMany int) int {
	if m.Customers >= many {
		least, span = leastOfMany, spanOfMany
	}
	return least + m.rng.IntN(span)
}

// customer queues a customer with its contacts, deals, calls and tasks.
func (m *maker) customer(age int) {
	l := m.locale
	s := pick(m, m.sellers)
	if m.chance(6) {
		// Managers keep some customers of their own.
		s = pick(m, m.managers)
	}
	owned := func(in record.Input) record.Input {
		in["owner"], in["department"] = strconv.FormatInt(s.id, 10), strconv.FormatInt(s.department, 10)
		return in
	}
	at := m.working(age)
	place := pick(m, l.places)
	for regions := l.regions[s.branch]; regions != nil && !slices.Contains(regions, place.region); {
		place = pick(m, l.places)
	}
	firm := m.firm(place)
	in := owned(record.Input{
		"name": firm.name, "kind": firm.kind, "industry": firm.industry, "region": place.region,
		"level": m.among(10, "A", 25, "B", 40, "C", 25, "D"), "source": m.among(30, "referral", 25, "web", 20, "exhibition", 15, "cold_call", 10, "advertising"),
		"address": place.address(l.country, fmt.Sprintf(pick(m, l.streets), 1+m.rng.IntN(280))),
		"phones":  list("", fmt.Sprintf(place.phone, m.rng.IntN(1000), m.rng.IntN(10000), m.rng.IntN(100))),
	})
	for field, text := range map[string]string{"short_name": firm.short, "english_name": firm.english, "payment_terms": pick(m, l.terms)} {
		if text != "" {
			in[field] = text
		}
	}
	if firm.kind == "company" {
		in["mails"] = list("", "info@"+firm.domain)
		in["website"] = "https://www." + firm.domain
		in["tax_number"] = m.taxNumber()
		in["credit_limit"] = map[string]any{"amount": strconv.Itoa(100_000 * (1 + m.rng.IntN(30))), "currency": l.currency}
	}
	if m.chance(20) {
		in["tags"] = []any{pick(m, l.tags)}
	}
	customer := m.add("customer", at, s.id, always(in))
	if logo := m.logo(); logo != nil {
		m.pictures[customer] = logo
	}
	ref := strconv.FormatInt(customer, 10)

	m.met = at.Add(time.Hour)
	var contacts []string
	var first int64
	var met record.Input
	if firm.kind == "company" {
		for range m.few(1, 2, 0, 2) {
			family, given := m.name()
			person := owned(record.Input{
				"name": l.full(family, given), "family_name": family, "given_name": given, "customer": ref, "title": pick(m, l.jobs),
				"phones": list(l.mobile, fmt.Sprintf(l.mobileForm, m.rng.IntN(100), m.rng.IntN(1000), m.rng.IntN(1000))),
			})
			if birthday := m.birthday(); birthday != "" {
				person["birthday"] = birthday
			}
			person["mails"] = list("", fmt.Sprintf("%c%d@%s", 'a'+rune(m.rng.IntN(26)), 10+m.rng.IntN(90), firm.domain))
			id := m.add("contact", at.Add(time.Duration(1+m.rng.IntN(50))*time.Minute), s.id, always(person))
			contacts = append(contacts, strconv.FormatInt(id, 10))
			if first == 0 {
				first, met = id, person
			}
		}
	}
	m.came(customer, first, in, met, at, s)
	won := m.deals(firm, ref, contacts, s, age, owned)
	m.calls(ref, contacts, s, age, owned)
	if !won.IsZero() {
		m.change("customer", customer, won, s.id, always(record.Input{"status": "active"}))
	} else if age > 400 && m.chance(40) {
		m.change("customer", customer, m.since(1+m.rng.IntN(300)), s.id, func() record.Input { return record.Input{"status": m.among(70, "dormant", 30, "lost")} })
	}
	if m.chance(35) {
		m.task(ref, s, owned)
	}
}

// deals queues the deals of a customer and answers when the first was won; zero: none
// was.
func (m *maker) deals(f firm, customer string, contacts []string, s seller, age int, owned func(record.Input) record.Input) (won time.Time) {
	l := m.locale
	for range m.few(0, 3, 0, 2) {
		begun := 1 + m.rng.IntN(age)
		span := 25 + m.rng.IntN(110)
		tender := m.odds.IntN(100) < 15
		soon := m.now.AddDate(0, 0, m.odds.IntN(25)-6).Format(time.DateOnly)
		made, closed, taken := m.since(begun), time.Time{}, false
		basket := m.basket()
		id := m.add("opportunity", made, s.id, func() record.Input {
			short := f.short
			if short == "" {
				short = f.name
			}
			amount := int64(math.Round(math.Exp(10.8+1.2*m.rng.NormFloat64())*l.scale/1000)) * 1000
			in := owned(record.Input{
				"name": short + l.space + pick(m, l.topics), "customer": customer, "stage": stageOf(tender, "new"), "expected_close": m.now.AddDate(0, 0, span-begun).Format(time.DateOnly),
				"next_step": pick(m, l.steps), "next_step_on": soon,
			})
			worth := map[string]any{"amount": strconv.FormatInt(max(amount, 1000), 10), "currency": l.currency}
			if basket != nil {
				// Its number follows from the products.
				in["items"], worth["amount"] = basket, "0"
			}
			in["amount"] = worth
			return in
		})
		m.meet(id, made.Add(time.Minute), s)
		switch left := span - begun; {
		case left < 0 && m.chance(88):
			closed = m.since(max(1, -left))
			if m.chance(45) {
				taken = true
				if won.IsZero() || closed.Before(won) {
					won = closed
				}
				m.change("opportunity", id, closed, s.id, func() record.Input {
					return record.Input{"stage": stageOf(tender, "won"), "reason": pick(m, l.wonBecause)}
				})
			} else {
				m.change("opportunity", id, closed, s.id, func() record.Input {
					return m.lostTo(record.Input{"stage": stageOf(tender, "lost"), "reason": pick(m, l.lostBecause)})
				})
			}
		case begun > 5:
			m.change("opportunity", id, m.since(max(1, begun/2)), s.id, func() record.Input {
				return record.Input{"stage": stageOf(tender, m.among(20, "new", 30, "qualified", 30, "proposal", 20, "negotiation"))}
			})
		}
		m.offer(id, customer, contacts, made.Add(time.Minute), closed, taken, s, owned)
	}
	return won
}

// calls queues calls, visits and messages, more of them lately.
func (m *maker) calls(customer string, contacts []string, s seller, age int, owned func(record.Input) record.Input) {
	l := m.locale
	for range m.few(1, 4, 0, 5) {
		ago := int(float64(age) * math.Pow(m.rng.Float64(), 2))
		at := m.since(max(1, ago))
		// A step that was agreed on lately is among the tasks.
		step, due := "", ""
		if ago < 25 && m.chance(60) {
			step, due = pick(m, l.steps), m.working(-1-m.rng.IntN(20)).Format(time.RFC3339)
			m.add("task", at, s.id, always(owned(record.Input{"subject": step, "customer": customer, "due_at": due})))
		}
		m.add("activity", at, s.id, func() record.Input {
			said := pick(m, l.said)
			in := owned(record.Input{"kind": said.kind, "customer": customer, "at": at.Format(time.RFC3339), "result": said.result})
			if len(contacts) > 0 && m.chance(80) {
				in["contact"] = pick(m, contacts)
			}
			if step != "" {
				in["next_step"], in["next_at"] = step, due
			}
			return in
		})
	}
	if age > 2 && m.chance(12) {
		m.add("activity", m.since(1), s.id, func() record.Input {
			at := m.working(-1 - m.rng.IntN(14)).Format(time.RFC3339)
			return owned(record.Input{"kind": m.among(70, "visit", 30, "meeting"), "customer": customer, "at": at, "minutes": json.Number("60"), "remind_before": []any{"60"}})
		})
	}
}

// task queues something to do around today.
func (m *maker) task(customer string, s seller, owned func(record.Input) record.Input) {
	in := m.rng.IntN(40) - 20 // days from today
	made := m.since(25 + m.rng.IntN(10))
	id := m.add("task", made, s.id, func() record.Input {
		task := owned(record.Input{
			"subject": pick(m, m.locale.steps), "customer": customer, "due_at": m.working(-in).Format(time.RFC3339), "priority": m.among(20, "high", 65, "normal", 15, "low"),
		})
		if in > 0 && m.chance(10) {
			task["repeat"] = m.among(60, "FREQ=WEEKLY;INTERVAL=2", 40, "FREQ=MONTHLY")
		}
		return task
	})
	if in < 0 && m.chance(75) {
		m.change("task", id, m.since(-in), s.id, always(record.Input{"done": true}))
	}
}

// among chooses by weights: 30, "a", 70, "b".
func (m *maker) among(weighted ...any) string {
	total := 0
	for _, w := range weighted {
		if n, ok := w.(int); ok {
			total += n
		}
	}
	at := m.rng.IntN(total)
	for _, w := range weighted {
		switch w := w.(type) {
		case int:
			at -= w
		case string:
			if at < 0 {
				return w
			}
		}
	}
	return ""
}

// taxNumber is one whose check digit is right.
func (m *maker) taxNumber() string {
	switch m.Locale {
	case "zh-CN":
		const digits = "0123456789ABCDEFGHJKLMNPQRTUWXY"
		for {
			code := fmt.Sprintf("91%06d", 110000+m.rng.IntN(500000)) + "MA"
			for range 7 {
				code += string(digits[m.rng.IntN(len(digits))])
			}
			for _, last := range digits {
				if _, valid := local.CreditCodeCN(code + string(last)); valid {
					return code + string(last)
				}
			}
		}
	case "zh-TW":
		for {
			first := fmt.Sprintf("%07d", 1_000_000+m.rng.IntN(9_000_000))
			for last := range 10 {
				if id, valid := local.TaxIDTW(first + strconv.Itoa(last)); valid {
					return id
				}
			}
		}
	}
	return fmt.Sprintf("%02d-%07d", 10+m.rng.IntN(80), m.rng.IntN(10_000_000))
}

// firm is what a customer is called.
type firm struct{ name, short, english, kind, industry, domain string }

// firm makes up a name nobody else has.
func (m *maker) firm(at place) firm {
	if m.names == nil {
		m.names = map[string]bool{}
	}
	for try := 0; ; try++ {
		f := m.someFirm(at)
		if try > 20 {
			// So many that names run out: branches and numbers tell them apart.
			f.name = fmt.Sprintf(m.locale.numbered, f.name, len(m.names))
		}
		if !m.names[f.name] {
			m.names[f.name] = true
			return f
		}
	}
}

func (m *maker) someFirm(at place) firm {
	l := m.locale
	switch n := m.rng.IntN(100); {
	case n < 5:
		family, given := m.name()
		return firm{name: l.full(family, given), kind: "person"}
	case n < 13 && len(l.foreign) > 0:
		name := pick(m, l.brandsLatin) + " " + pick(m, l.foreign)
		return firm{name: name, english: name, kind: "company", domain: domainOf(name)}
	}
	trade := pick(m, l.trades)
	brand, latin := "", ""
	if len(l.syllables) > 0 {
		first, second := pick(m, l.syllables), pick(m, l.syllables)
		for second == first {
			second = pick(m, l.syllables)
		}
		brand, latin = first.text+second.text, first.latin+second.latin
	} else {
		brand = pick(m, l.brandsLatin)
		latin = brand
	}
	latin = strings.ToUpper(latin[:1]) + latin[1:]
	f := firm{name: brand + l.space + trade.text, kind: "company", industry: trade.industry, english: latin + " " + trade.english, domain: domainOf(latin + trade.english)}
	if l.space != "" {
		f.name += " " + pick(m, l.forms)
		return f
	}
	f.short = f.name
	if m.Locale == "zh-CN" {
		f.name = at.region + f.name
	}
	f.name += pick(m, l.forms)
	return f
}

func domainOf(name string) string {
	name = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, strings.ToLower(name))
	return name + ".example"
}

func (m *maker) name() (family, given string) {
	l := m.locale
	family, given = pick(m, l.families), pick(m, l.given)
	if l.space == "" && len([]rune(given)) == 1 {
		given += pick(m, l.given2)
	}
	return family, given
}
