package store

import (
	"context"
	"strings"

	"ecrm/internal/query"
	"ecrm/internal/schema"
)

// words writes the condition that a record's search document holds all words.
func (c *compiler) words(o *schema.Object, alias string, words [][][]query.Word) {
	table := "f_" + o.Name
	or, and := " OR ", " AND "
	if c.postgres {
		or, and = " | ", " & "
	}
	var all []string
	for _, alternatives := range words {
		var some []string
		for _, terms := range alternatives {
			var parts []string
			for _, w := range terms {
				var tokens []string
				for _, t := range w.Tokens {
					tokens = append(tokens, c.token(t, w.Prefix))
				}
				parts = append(parts, "("+strings.Join(tokens, or)+")")
			}
			some = append(some, "("+strings.Join(parts, and)+")")
		}
		all = append(all, "("+strings.Join(some, or)+")")
	}
	expr := strings.Join(all, and)
	if c.postgres {
		c.write(alias+".id IN (SELECT id FROM "+table+" WHERE doc @@ ?::tsquery)", expr)
		return
	}
	c.write(alias+".id IN (SELECT rowid FROM "+table+" WHERE "+table+" MATCH ?)", expr)
}

func (c *compiler) token(t string, prefix bool) string {
	if c.postgres {
		t = "'" + strings.NewReplacer("'", "", `\`, "").Replace(t) + "'"
		if prefix {
			t += ":*"
		}
		return t
	}
	t = `"` + strings.ReplaceAll(t, `"`, "") + `"`
	if prefix {
		t += " *"
	}
	return t
}

// PutWords replaces a record's search document.
func PutWords(ctx context.Context, q Querier, o *schema.Object, id int64, tokens []string, fresh bool) error {
	table := "f_" + o.Name
	if q.Postgres() {
		_, err := q.Exec(ctx, "INSERT INTO "+table+" (id, doc) VALUES (?, array_to_tsvector(?::text[])) ON CONFLICT (id) DO UPDATE SET doc = excluded.doc", id, unique(tokens))
		return err
	}
	if !fresh {
		if _, err := q.Exec(ctx, "DELETE FROM "+table+" WHERE rowid = ?", id); err != nil {
			return err
		}
	}
	_, err := q.Exec(ctx, "INSERT INTO "+table+" (rowid, doc) VALUES (?, ?)", id, strings.Join(tokens, " "))
	return err
}

func unique(words []string) []string {
	seen := make(map[string]bool, len(words))
	kept := make([]string, 0, len(words))
	for _, w := range words {
		if w != "" && !seen[w] {
			seen[w] = true
			kept = append(kept, w)
		}
	}
	return kept
}
