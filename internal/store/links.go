package store

import (
	"context"
	"strings"

	"ecrm/internal/query"
	"ecrm/internal/schema"
)

// Linked reads columns of the links that have a record at an end: the live ones,
// or those that went to the recycle bin at the instant gone.
func Linked(ctx context.Context, q Querier, o *schema.Object, end *schema.Field, columns []string, id, gone int64) ([][]any, error) {
	statement, args := "SELECT "+strings.Join(columns, ", ")+" FROM "+o.Table()+" WHERE "+end.Column()+" = ? AND deleted_at", []any{id}
	if gone == 0 {
		return q.Query(ctx, statement+" IS NULL", args...)
	}
	return q.Query(ctx, statement+" = ?", append(args, gone)...)
}

// LinkEnds reads the ends of links by id: id, the first, the second.
func LinkEnds(ctx context.Context, q Querier, r *schema.Registry, asker Asker, o *schema.Object, guard *query.Node, ids []int64, deleted bool) ([][]any, error) {
	c := &compiler{registry: r, asker: asker, postgres: q.Postgres(), trusted: true, bin: deleted}
	c.write("SELECT t.id, t." + o.End(0).Column() + ", t." + o.End(1).Column() + " FROM " + o.Table() + " t WHERE t.id")
	c.among(ids)
	if !deleted {
		c.write(" AND t.deleted_at IS NULL")
	}
	if guard != nil {
		c.write(" AND ")
		if err := c.where(o, "t", guard); err != nil {
			return nil, err
		}
	}
	return q.Query(ctx, c.b.String(), c.args...)
}

// linkTo finds a link object between two others: the end that is o and the one
// that is target.
func (c *compiler) linkTo(o, target *schema.Object) (link *schema.Object, here, there *schema.Field) {
	for _, link := range c.registry.Objects() {
		if !link.IsLink() {
			continue
		}
		for i := range link.Links {
			if here, there := link.End(i), link.End(1-i); here.Target() == o.Name && there.Target() == target.Name && c.asker.Readable(link, here) && c.asker.Readable(link, there) {
				return link, here, there
			}
		}
	}
	return nil, nil, nil
}

// across turns a filter of linked records into one of the links: fields of the
// link's own are asked of it, all others of the record at the other end.
func across(link *schema.Object, there *schema.Field, n *query.Node) *query.Node {
	moved := *n
	moved.Kids = make([]*query.Node, len(n.Kids))
	for i, kid := range n.Kids {
		moved.Kids[i] = across(link, there, kid)
	}
	switch n.Op {
	case query.And, query.Or, query.Not, query.Never, query.Any, query.Many:
		return &moved
	}
	name, _, _ := strings.Cut(n.Field, ".")
	if f := link.Field(name); f == nil || f.System {
		moved.Field = there.Name + "." + n.Field
	}
	return &moved
}
