package record

import (
	"context"
	"path"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"ecrm/internal/store"
)

// SweepFiles removes the rows of files that nothing refers to any more, once
// their time is over.
func (s *Service) SweepFiles(ctx context.Context, now time.Time) error {
	const together = 500
	unused := now.Add(-unusedFor).UnixMicro()
	for {
		var n int64
		err := s.DB.Write(store.Bulk(ctx), func(ctx context.Context, q store.Querier) (err error) {
			if n, err = store.RemoveLooseFiles(ctx, q, now.Add(-looseFor).UnixMicro(), unused, together); err != nil {
				return err
			}
			_, err = store.RemoveLostUses(ctx, q, unused)
			return err
		})
		if err != nil || n < together {
			return err
		}
	}
}

// NamedSums answers which contents a file still names.
func (s *Service) NamedSums(ctx context.Context, sums []string) (map[string]bool, error) {
	return store.NamedSums(ctx, s.DB, sums)
}

// EveryFile goes over all files.
func (s *Service) EveryFile(ctx context.Context, fn func(File) error) error {
	const everything = 1<<63 - 1
	for after := int64(0); ; {
		rows, err := store.Span(ctx, s.DB, fileTable.Name, fileColumns, after, everything, verifyPage)
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, r := range rows {
			f := fileOf(r)
			after = f.ID
			if err := fn(f); err != nil {
				return err
			}
		}
	}
}

// maxName is the longest name of a file, in bytes: what every system can save.
const maxName = 200

// fileName makes of what a client says a name that is safe to show and to save:
// no path, no signs that cannot be seen or that turn the direction of writing,
// so that "gpj.exe" cannot pass for "exe.jpg".
func fileName(name string) string {
	name = strings.ToValidUTF8(name, "")
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune(`<>:"|?*`, r) || r == '\u2028' || r == '\u2029' {
			return -1
		}
		return r
	}, name)
	name = strings.Trim(name, " .")
	if name == "" || name == "/" {
		return "file"
	}
	if len(name) <= maxName {
		return name
	}
	ext := path.Ext(name)
	if len(ext) > 20 {
		ext = ""
	}
	stem := name[:maxName-len(ext)]
	for !utf8.ValidString(stem) {
		stem = stem[:len(stem)-1]
	}
	return stem + ext
}
