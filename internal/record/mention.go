package record

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"ecrm/internal/store"
)

// at begins a mention, typed in either width.
const at = "@＠"

// Mention is somebody whom a text names.
type Mention struct {
	ID int64 `json:"id,string"`
	// As is what the text calls him, without the @.
	As string `json:"as"`
}

// people is what those who work here are called, at an epoch of users.
type people struct {
	epoch int64
	// calls are the names and logins by which one person alone goes, in lower case, by
	// their first character and longest first.
	calls map[rune][]called
	// names tells for each person what a text calls him.
	names map[int64]string
}

type called struct {
	as string
	id int64
}

// who is what people are called now. It is read anew where users were written
// since; nobody waits for another's reading, a transaction could wait for ever.
func (s *Service) who(ctx context.Context, q store.Querier) (*people, error) {
	now, err := store.Counter(ctx, q, epoch)
	if err != nil {
		return nil, err
	}
	if p := s.people.Load(); p != nil && p.epoch == now {
		return p, nil
	}
	rows, err := store.Find(ctx, q, "r_user", "id, name, login, active", nil, "AND deleted_at IS NULL ORDER BY id LIMIT 100000")
	if err != nil {
		return nil, err
	}
	p := &people{epoch: now, calls: map[rune][]called{}, names: map[int64]string{}}
	by := map[string][]int64{}
	logins := map[int64]string{}
	for _, r := range rows {
		id, _ := r[0].(int64)
		name, _ := r[1].(string)
		login, _ := r[2].(string)
		if r[3] != nil && !(Values{"active": {r[3]}}).True("active") {
			continue
		}
		p.names[id], logins[id] = name, login
		for _, as := range []string{name, login} {
			if key := strings.ToLower(as); as != "" && !slices.Contains(by[key], id) {
				by[key] = append(by[key], id)
			}
		}
	}
	for as, ids := range by {
		if len(ids) == 1 {
			first, _ := utf8.DecodeRuneInString(as)
			p.calls[first] = append(p.calls[first], called{as, ids[0]})
		}
	}
	for _, list := range p.calls {
		slices.SortFunc(list, func(a, b called) int { return cmp.Compare(len(b.as), len(a.as)) })
	}
	for id, name := range p.names {
		if len(by[strings.ToLower(name)]) != 1 {
			p.names[id] = logins[id]
		}
	}
	s.people.Store(p)
	return p, nil
}

// in finds whom a text names, each once, as he is called there.
func (p *people) in(text string) []Mention {
	var found []Mention
	before := ' '
	for i, r := range text {
		last := before
		before = r
		if !strings.ContainsRune(at, r) || word(last) { // a mail address is no mention
			continue
		}
		rest := text[i+utf8.RuneLen(r):]
		first, _ := utf8.DecodeRuneInString(rest)
		for _, c := range p.calls[unicode.ToLower(first)] {
			as, ok := begins(rest, c.as)
			if !ok {
				continue
			}
			if !slices.ContainsFunc(found, func(m Mention) bool { return m.ID == c.id && m.As == as }) {
				found = append(found, Mention{c.id, as})
			}
			break
		}
	}
	return found
}

// begins tells whether a text begins with a name and how it writes it there; a
// name in letters ends where the letters do.
func begins(text, name string) (string, bool) {
	rest := text
	last := ' '
	for _, want := range name {
		r, n := utf8.DecodeRuneInString(rest)
		if n == 0 || unicode.ToLower(r) != want {
			return "", false
		}
		rest, last = rest[n:], r
	}
	next, n := utf8.DecodeRuneInString(rest)
	return text[:len(text)-len(rest)], n == 0 || !word(last) || !word(next)
}

// word tells whether a character is part of a word in letters.
func word(r rune) bool {
	return r == '_' || r < unicode.MaxLatin1 && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

// mentions finds whom a text names among those who work here now.
func (s *Service) mentions(ctx context.Context, q store.Querier, text string) ([]Mention, error) {
	if !strings.ContainsAny(text, at) || s.Current.Load().Object("user") == nil {
		return nil, nil
	}
	p, err := s.who(ctx, q)
	if err != nil {
		return nil, err
	}
	return p.in(text), nil
}

// mentioned are the people whom a text names and an earlier one did not.
func (s *Service) mentioned(ctx context.Context, q store.Querier, text, before string) ([]int64, error) {
	now, err := s.mentions(ctx, q, text)
	if err != nil {
		return nil, err
	}
	then, err := s.mentions(ctx, q, before)
	var ids []int64
	for _, m := range now {
		if !slices.Contains(ids, m.ID) && !slices.ContainsFunc(then, func(t Mention) bool { return t.ID == m.ID }) {
			ids = append(ids, m.ID)
		}
	}
	return ids, err
}

// CalledBy tells what a text calls people behind the @: their name where they
// alone have it, else their login. Who does not work here any more has none.
func (s *Service) CalledBy(ctx context.Context, ids []int64) (map[int64]string, error) {
	p, err := s.who(ctx, s.DB)
	if err != nil {
		return nil, err
	}
	found := map[int64]string{}
	for _, id := range ids {
		if as := p.names[id]; as != "" {
			found[id] = as
		}
	}
	return found, nil
}
