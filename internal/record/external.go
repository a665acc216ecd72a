package record

import (
	"context"
	"strings"

	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// ExternalID is how the number that a program gave a record is written.
func ExternalID(source, id string) string { return source + ":" + id }

// externalKey is an external number with its program behind it, so that a number
// alone finds the programs that gave it.
func externalKey(value string) string {
	source, id, ok := strings.Cut(value, ":")
	if !ok {
		source, id = "", value
	}
	return id + "@" + source
}

// maxSources is of how many programs a number is looked for.
const maxSources = 20

// Sources tells which live records have a number, by the program that gave it; those
// of a program that gave it twice are left out.
func (s *Service) Sources(ctx context.Context, o *schema.Object, id string) (map[string]int64, error) {
	keys, err := store.MatchesBehind(ctx, s.within(ctx), o.Name+".external", id+"@", maxSources)
	if err != nil || len(keys) == 0 {
		return nil, err
	}
	found, err := s.Matching(ctx, o, keys)
	sources := map[string]int64{}
	for k, ids := range found {
		if len(ids) == 1 {
			sources[strings.TrimPrefix(k.Key, id+"@")] = ids[0]
		}
	}
	return sources, err
}

// HasOther tells whether a record has a number of a program, be it which it may.
func HasOther(v Values, source string) bool {
	return strings.Contains(v.Text(schema.ExternalIDs), `"`+source+":")
}
