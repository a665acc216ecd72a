package demo

import (
	"fmt"
	"strconv"
	"time"

	"ecrm/internal/paper"
	"ecrm/internal/record"
)

const (
	// leadAges is how many days ago the oldest lead came that is not a customer.
	leadAges = 200
	// lately is how many days before today no customer was met; leads come every day.
	lately = 20
)

// apart has fn draw from a source of chance of its own, so that the rest of the
// company stays the same without it.
func (m *maker) apart(fn func()) {
	rng := m.rng
	m.rng = m.prospects
	defer func() { m.rng = rng }()
	fn()
}

// leads queues those that came some days ago.
func (m *maker) leads(age int) {
	often := 60
	if m.Customers >= many {
		often = 10
	}
	m.apart(func() {
		if age <= leadAges && m.chance(often) {
			m.lead(age)
		}
	})
}

// recent queues the leads of the last days.
func (m *maker) recent(age int) {
	m.apart(func() {
		for range 1 + min(m.Customers, many)/400 {
			m.lead(age)
		}
	})
}

// heard makes up where somebody heard of us.
func (m *maker) heard(in record.Input) {
	in["source"] = m.among(45, "exhibition", 30, "web", 15, "referral", 10, "advertising")
	switch in["source"] {
	case "exhibition":
		in["campaign"] = pick(m, m.locale.exhibitions)
	case "web":
		in["campaign"] = m.locale.webForm
	}
}

// lead queues somebody who is no customer yet, and what was done about him.
func (m *maker) lead(age int) {
	l := m.locale
	s := pick(m, m.sellers)
	place := pick(m, l.places)
	firm := m.firm(place)
	family, given := m.name()
	at := m.working(age)
	in := record.Input{
		"name": l.full(family, given), "family_name": family, "given_name": given, "title": pick(m, l.jobs), "industry": firm.industry, "region": place.region,
		"interest": pick(m, l.topics), "rating": m.among(20, "hot", 50, "warm", 30, "cold"),
		"owner": strconv.FormatInt(s.id, 10), "department": strconv.FormatInt(s.department, 10),
		"phones":  list(l.mobile, fmt.Sprintf(l.mobileForm, m.rng.IntN(100), m.rng.IntN(1000), m.rng.IntN(1000))),
		"address": place.address(l.country, fmt.Sprintf(pick(m, l.streets), 1+m.rng.IntN(280))),
	}
	if firm.kind == "company" {
		in["company"], in["website"] = firm.name, "https://www."+firm.domain
		in["mails"] = list("", fmt.Sprintf("%c%d@%s", 'a'+rune(m.rng.IntN(26)), 10+m.rng.IntN(90), firm.domain))
	}
	m.heard(in)
	id := m.add("lead", at, s.id, always(in))
	if age < 3 && m.chance(70) || m.chance(8) {
		return // nobody has called yet
	}
	m.met = at
	called := at.Add(time.Duration(5+m.rng.IntN(60*(1+m.rng.IntN(40)))) * time.Minute)
	said := pick(m, l.said)
	m.add("activity", called, s.id, always(record.Input{
		"kind": said.kind, "lead": strconv.FormatInt(id, 10), "at": called.Format(time.RFC3339), "result": said.result, "owner": in["owner"], "department": in["department"],
	}))
	m.change("lead", id, called.Add(time.Minute), s.id, always(record.Input{"status": "working"}))
	later := called.Add(time.Duration(20+m.rng.IntN(100)) * time.Hour)
	if !later.Before(m.now.AddDate(0, 0, -1)) {
		return
	}
	switch m.among(40, "disqualified", 30, "qualified", 30, "working") {
	case "disqualified":
		m.change("lead", id, later, s.id, always(record.Input{"status": "disqualified", "reason": m.among(35, "no_need", 25, "unreachable", 20, "no_budget", 10, "competitor", 10, "not_fit")}))
	case "qualified":
		m.change("lead", id, later, s.id, always(record.Input{"status": "qualified"}))
	}
}

// cardsWaiting is how many name cards wait to be typed.
const cardsWaiting = 6

// cards queues leads of which there is but a picture yet: name cards that were taken at
// an exhibition, and that somebody is to type.
func (m *maker) cards() error {
	if m.Files == nil {
		return nil
	}
	var failed error
	m.apart(func() {
		l := m.locale
		s := pick(m, m.sellers)
		for range cardsWaiting {
			at := m.working(1)
			id := m.add("lead", at, s.id, always(record.Input{
				"owner": strconv.FormatInt(s.id, 10), "department": strconv.FormatInt(s.department, 10), "source": "exhibition", "campaign": pick(m, l.exhibitions),
			}))
			if m.pictures[id], failed = m.card(); failed != nil {
				return
			}
		}
	})
	return failed
}

// card draws a name card: who somebody is and how he is reached.
func (m *maker) card() ([]byte, error) {
	l := m.locale
	place := pick(m, l.places)
	firm := m.firm(place)
	for firm.kind != "company" {
		firm = m.firm(place)
	}
	family, given := m.name()
	streets := fmt.Sprintf(pick(m, l.streets), 1+m.rng.IntN(280))
	where := place.city + place.district + streets
	if l.space != "" {
		where = streets + ", " + place.city
	}
	return paper.Drawn(m.Locale, 900, 540, []paper.Line{
		{X: 60, Y: 110, Size: 42, Text: firm.name}, {X: 60, Y: 260, Size: 60, Text: l.full(family, given)}, {X: 60, Y: 320, Size: 30, Text: pick(m, l.jobs)},
		{X: 60, Y: 410, Size: 28, Text: fmt.Sprintf(l.mobileForm, m.rng.IntN(100), m.rng.IntN(1000), m.rng.IntN(1000))},
		{X: 60, Y: 450, Size: 28, Text: fmt.Sprintf("%c%d@%s", 'a'+rune(m.rng.IntN(26)), 10+m.rng.IntN(90), firm.domain)}, {X: 60, Y: 490, Size: 28, Text: where},
	})
}

// came queues, for some customers, the lead they were a day before.
func (m *maker) came(customer, contact int64, in, person record.Input, at time.Time, s seller) {
	m.apart(func() {
		if person == nil || in["kind"] != "company" || !m.chance(20) {
			return
		}
		first := at.Add(-time.Duration(2+m.rng.IntN(40)) * time.Hour)
		lead := record.Input{"company": in["name"], "industry": in["industry"], "region": in["region"], "address": in["address"], "interest": pick(m, m.locale.topics), "owner": in["owner"], "department": in["department"]}
		for _, name := range []string{"name", "family_name", "given_name", "title", "phones", "mails"} {
			lead[name] = person[name]
		}
		m.heard(lead)
		id := m.add("lead", first, s.id, always(lead))
		// The contact is written down within the hour after the customer.
		m.queue(step{at: at.Add(time.Hour), object: "lead", id: id, by: s.id, values: record.Values{
			"status": {"converted"}, "customer": {customer}, "contact": {contact}, "converted_at": {at.Add(time.Hour).UnixMicro()}, "converted_by": {s.id},
		}})
	})
}
