package record

import (
	"context"
	"strings"
)

// Event tells that a record was written.
type Event struct {
	Object string `json:"object"`
	ID     int64  `json:"id,string"`
	Kind   string `json:"kind"`
	// Detail is what only servers tell each other, for whom the write concerns; nil
	// for most.
	Detail *Detail `json:"detail,omitempty"`
}

// Detail is what a write meant for people, beside what is written.
type Detail struct {
	// By is who wrote, Origin through what.
	By     int64  `json:"by,omitempty"`
	Origin string `json:"origin,omitempty"`
	// Assigned are the people to whom the write gave the record, Mentioned those
	// whom a text names since.
	Assigned  []int64 `json:"assigned,omitempty"`
	Mentioned []int64 `json:"mentioned,omitempty"`
	// Finished tells that the write said that what was due is done.
	Finished bool `json:"finished,omitempty"`
	// Lapsed are the owners of a record that went on by itself.
	Lapsed []int64 `json:"lapsed,omitempty"`
	// Comment is the comment that was made.
	Comment int64 `json:"comment,omitempty"`
	// Was tells who saw the record before, where some may not any more; nil:
	// everybody who did still does.
	Was *Was `json:"was,omitempty"`
}

// Was is by what a record was seen before a write.
type Was struct {
	Owner      int64 `json:"owner,omitempty"`
	Department int64 `json:"department,omitempty"`
	// Token named whom it was shared with.
	Token string `json:"token,omitempty"`
	// Through are the records it was seen through.
	Through []Seen `json:"through,omitempty"`
}

// Seen is a record through which another was seen.
type Seen struct {
	Object string `json:"object"`
	ID     int64  `json:"id"`
}

// Tell keeps an event for the end of the unit, for services whose pages are told
// of their own tables' changes.
func (u *Unit) Tell(e Event) { u.late.sent = append(u.late.sent, e) }

// detail is what the change means for people; nil: nothing.
func (c *Change) detail(ctx context.Context, action string) (*Detail, error) {
	if action == "unshared" {
		return &Detail{Was: &Was{Token: c.unshared}}, nil
	}
	if action != "created" && action != "changed" {
		return nil, nil
	}
	d := Detail{By: c.Actor.ID, Origin: c.Actor.Origin}
	if c.Actor.ID != 0 { // what the system writes by itself is told by whatever had it written
		for _, f := range c.Object.Assigning() {
			if c.Object.Logs {
				break
			}
			if id := c.After.Int(f.Name); id != 0 && id != c.Actor.ID && (c.Created || c.Changed(f.Name)) {
				d.Assigned = append(d.Assigned, id)
			}
		}
		for _, f := range c.Object.Mentioning() {
			text := c.After.Text(f.Name)
			if !strings.ContainsAny(text, at) || !c.Created && !c.Changed(f.Name) {
				continue
			}
			names, err := c.service.mentioned(ctx, c.tx, text, c.Before.Text(f.Name))
			if err != nil {
				return nil, err
			}
			d.Mentioned = append(d.Mentioned, names...)
		}
	}
	if due := c.Object.Due; due != nil && due.Done != "" && c.Actor.ID != 0 {
		d.Finished = !c.Created && c.Changed(due.Done) && c.After.True(due.Done)
	}
	d.Was = c.was()
	if d.Assigned == nil && d.Mentioned == nil && d.Was == nil && !d.Finished {
		return nil, nil
	}
	return &d, nil
}

// was is by what the record was seen where the change may have taken that away.
func (c *Change) was() *Was {
	if c.Created {
		return nil
	}
	var w Was
	gone := false
	if c.Object.Owned && (c.Changed("owner") || c.Changed("department")) {
		w.Owner, w.Department, gone = c.Before.Int("owner"), c.Before.Int("department"), true
	}
	for _, in := range c.Object.Inherited() {
		if before := c.Before.Int(in.Field.Name); before != 0 && c.Changed(in.Field.Name) {
			w.Through, gone = append(w.Through, Seen{in.Field.Target(), before}), true
		}
	}
	if !gone {
		return nil
	}
	return &w
}
