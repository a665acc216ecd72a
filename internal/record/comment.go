package record

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"ecrm/internal/policy"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

var comments = store.Declare(store.Table{
	Name: "comment",
	Columns: []schema.Column{
		{Name: "id", Kind: schema.KindInt}, {Name: "record_id", Kind: schema.KindInt}, {Name: "author_id", Kind: schema.KindInt},
		{Name: "at", Kind: schema.KindInt}, {Name: "text", Kind: schema.KindText},
		{Name: "files", Kind: schema.KindText}, {Name: "mentions", Kind: schema.KindText},
	},
	Key:     []string{"id"},
	Indexes: []string{"record_id, id"},
})

// Comment is what somebody said about a record.
type Comment struct {
	ID     int64
	At     int64
	Author int64
	Name   string
	Text   string
	Files  []schema.FileRef
	// Mentions are those whom the text names.
	Mentions []Mention
}

// maxComment is the longest comment, in characters.
const maxComment = 10_000

// AddComment says something about a record that the actor may see, or puts files
// to it.
func (s *Service) AddComment(ctx context.Context, a *policy.Actor, o *schema.Object, id int64, text string, files []int64) (Comment, error) {
	text = strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", ""))
	switch {
	case text == "" && len(files) == 0:
		return Comment{}, invalid("text", "required")
	case utf8.RuneCountInString(text) > maxComment:
		return Comment{}, invalid("text", "too_long", "max", "10000")
	case len(files) > maxTogether:
		return Comment{}, invalid("files", "too_many", "max", strconv.Itoa(maxTogether))
	}
	c := Comment{ID: s.IDs.Next(), At: time.Now().UnixMicro(), Author: a.ID, Name: a.Name, Text: text}
	err := s.Together(ctx, func(ctx context.Context, u *Unit) error {
		if _, _, err := s.load(ctx, u.tx, a, o, id, policy.View, false); err != nil {
			return err
		}
		row := store.Row{"id": c.ID, "record_id": id, "author_id": a.ID, "at": c.At, "text": text}
		if err := c.take(ctx, u, a, o, id, files, row); err != nil {
			return err
		}
		detail := Detail{By: a.ID, Origin: a.Origin, Comment: c.ID}
		var err error
		if c.Mentions, err = s.mentions(ctx, u.tx, text); err != nil {
			return err
		}
		for _, m := range c.Mentions {
			if m.ID != a.ID && !slices.Contains(detail.Mentioned, m.ID) {
				detail.Mentioned = append(detail.Mentioned, m.ID)
			}
		}
		if len(c.Mentions) > 0 {
			names, err := json.Marshal(c.Mentions)
			if err != nil {
				return err
			}
			row["mentions"] = string(names)
		}
		if err := store.Insert(ctx, u.tx, comments.Name, row); err != nil {
			return err
		}
		u.Tell(Event{Object: o.Name, ID: id, Kind: "commented", Detail: &detail})
		return nil
	})
	return c, err
}

// take has a comment refer to files.
func (c *Comment) take(ctx context.Context, u *Unit, a *policy.Actor, o *schema.Object, record int64, ids []int64, row store.Row) (err error) {
	if len(ids) == 0 {
		return nil
	}
	if c.Files, err = u.service.filesFor(ctx, u.tx, a, ids); err != nil {
		return err
	}
	for _, f := range c.Files {
		if err := useFile(ctx, u.tx, o, record, inComment+strconv.FormatInt(c.ID, 10), f.ID, c.At); err != nil {
			return err
		}
	}
	text, err := json.Marshal(c.Files)
	row["files"] = string(text)
	return err
}

// Comments reads the newest comments on a record that the actor may see.
func (s *Service) Comments(ctx context.Context, a *policy.Actor, o *schema.Object, id int64, most int) ([]Comment, error) {
	if _, _, err := s.load(ctx, s.within(ctx), a, o, id, policy.View, false); err != nil {
		return nil, err
	}
	rows, err := store.Find(ctx, s.within(ctx), comments.Name, commentColumns, store.Row{"record_id": id}, "ORDER BY id DESC LIMIT "+strconv.Itoa(min(most, MaxEntries)))
	if err != nil {
		return nil, err
	}
	return s.commentsOf(ctx, a, rows)
}

const commentColumns = "id, at, author_id, text, files, mentions"

// commentsOf are comments as they are kept, with the names of their authors.
func (s *Service) commentsOf(ctx context.Context, a *policy.Actor, rows [][]any) ([]Comment, error) {
	var list []Comment
	var authors []int64
	for _, r := range rows {
		c := Comment{}
		c.ID, _ = r[0].(int64)
		c.At, _ = r[1].(int64)
		c.Author, _ = r[2].(int64)
		c.Text, _ = r[3].(string)
		if files, _ := r[4].(string); files != "" {
			if err := json.Unmarshal([]byte(files), &c.Files); err != nil {
				return nil, err
			}
		}
		if names, _ := r[5].(string); names != "" {
			if err := json.Unmarshal([]byte(names), &c.Mentions); err != nil {
				return nil, err
			}
		}
		list, authors = append(list, c), append(authors, c.Author)
	}
	names, err := s.labels(ctx, s.within(ctx), a, "user", authors, true)
	for i := range list {
		list[i].Name = names[list[i].Author]
	}
	return list, err
}
