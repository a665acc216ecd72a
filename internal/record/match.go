package record

import (
	"context"
	"maps"
	"slices"

	"ecrm/internal/normal"
	"ecrm/internal/policy"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// matchMax is the longest key kept, in bytes; names are shorter, and an index
// entry must stay small.
const matchMax = 200

// MatchKeys are the keys under which a record is recognised: its names without
// legal form, the digits of its phones, its mail addresses and numbers.
func MatchKeys(o *schema.Object, v Values) []store.MatchKey {
	var keys []store.MatchKey
	for _, f := range o.Fields {
		text := v.Text(f.Name)
		if f.Match == "" || text == "" {
			continue
		}
		values := []string{text}
		if many, ok := f.Kind().(schema.Multiple); ok {
			values = many.Values(f, text)
		}
		kind := f.Match
		for _, value := range values {
			key := value
			switch f.Match {
			case "company":
				kind, key = "name", normal.CompanyKey(value)
			case "person":
				kind, key = "name", normal.PersonKey(value)
			case "mail":
				key = normal.MailKey(value)
			case "code":
				key = normal.CompanyKey(value)
			case "external":
				key = externalKey(value)
			}
			if key != "" && len(key) <= matchMax {
				keys = append(keys, store.MatchKey{Kind: o.Name + "." + kind, Key: key})
			}
		}
	}
	return keys
}

// Matching lists for each key the live records that have it, whoever may see
// them: an import must not make what exists already. Within a unit it sees what that
// wrote. It answers ids alone.
func (s *Service) Matching(ctx context.Context, o *schema.Object, keys []store.MatchKey) (map[store.MatchKey][]int64, error) {
	found := map[store.MatchKey][]int64{}
	var rest []store.MatchKey
	for _, k := range keys {
		if u := unitOf(ctx); u != nil {
			if ids, known := u.matches[k]; known {
				if len(ids) > 0 {
					found[k] = slices.Clone(ids)
				}
				continue
			}
		}
		rest = append(rest, k)
	}
	if len(rest) == 0 {
		return found, nil
	}
	asked, err := store.FindMatches(ctx, s.within(ctx), o, rest)
	maps.Copy(found, asked)
	return found, err
}

// Expect reads in advance which records of o have the keys that Matching will be
// asked for, many at once.
func (u *Unit) Expect(ctx context.Context, o *schema.Object, keys []store.MatchKey) error {
	keys = slices.DeleteFunc(slices.Clone(keys), func(k store.MatchKey) bool {
		_, known := u.matches[k]
		return known
	})
	if len(keys) == 0 {
		return nil
	}
	found, err := store.FindMatches(ctx, u.tx, o, keys)
	if err != nil {
		return err
	}
	for _, k := range keys {
		u.matches[k] = found[k]
	}
	return nil
}

// rekey keeps what is known of matches true when the keys of a record change.
func (u *Unit) rekey(id int64, before, after []store.MatchKey) {
	if len(u.matches) == 0 {
		return
	}
	for _, k := range before {
		if ids, known := u.matches[k]; known {
			u.matches[k] = slices.DeleteFunc(ids, func(one int64) bool { return one == id })
		}
	}
	for _, k := range after {
		if ids, known := u.matches[k]; known && !slices.Contains(ids, id) {
			u.matches[k] = append(ids, id)
		}
	}
}

// sighted is of how many records it is asked whether somebody may see them.
const sighted = 2000

// sight tells the titles of those of some live records that the actor may see, and
// how many of them he may not. Of very many the first are asked about: the rest are
// counted as neither.
func (s *Service) sight(ctx context.Context, q store.Querier, a *policy.Actor, o *schema.Object, ids []int64) (labels map[int64]string, hidden int, err error) {
	const together = 500
	labels = map[int64]string{}
	for some := range slices.Chunk(ids[:min(len(ids), sighted)], together) {
		found, err := s.labels(ctx, q, a, o.Name, some, false)
		if err != nil {
			return nil, 0, err
		}
		maps.Copy(labels, found)
		hidden += len(some) - len(found)
	}
	return labels, hidden, nil
}
