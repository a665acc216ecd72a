package store

import (
	"ecrm/internal/query"
	"ecrm/internal/schema"
)

// numeric tells whether values of a field can be added up.
func numeric(f *schema.Field) bool {
	return f.Type == "money" || f.Type == "integer" || f.Type == "decimal" || f.Type == "percent"
}

// value finds the number that a measure is of: that of a field, an amount by its worth
// in the company's currency, or the length of a span of time.
func (a *aggregation) value(m query.Measure) (string, error) {
	unfit := &query.Problem{Code: "measure_unfit", Pos: -1, Token: m.Field}
	from, err := a.place(m.Field)
	if err != nil {
		return "", err
	}
	if m.To != "" {
		to, err := a.place(m.To)
		if err != nil {
			return "", err
		}
		for _, p := range []place{from, to} {
			if p.field.Type != "date" && p.field.Type != "datetime" {
				return "", unfit
			}
		}
		return a.c.lasting(from, to), nil
	}
	switch {
	case !numeric(from.field):
		return "", unfit
	case from.field.Type == "money":
		return from.alias + "." + from.field.Columns()[2].Name, nil
	}
	return from.expr, nil
}

// measure writes one measure.
func (a *aggregation) measure(m query.Measure) error {
	c, o := a.c, a.s.Query.Object
	unfit := func(token string) error { return &query.Problem{Code: "measure_unfit", Pos: -1, Token: token} }
	// of writes what is measured, and nothing of records that the measure leaves out.
	of := func(before, expr, after string) error {
		c.write(before)
		if m.Where != nil {
			c.write("CASE WHEN ")
			if err := c.where(o, "t", m.Where); err != nil {
				return err
			}
			c.write(" THEN ")
			expr += " END"
		}
		c.write(expr + after)
		return nil
	}
	switch m.Fn {
	case "count":
		if m.Field == "" && m.Where == nil {
			c.write("count(*)")
			return nil
		}
		expr := "1"
		if m.Field != "" {
			p, err := a.place(m.Field)
			if err != nil {
				return err
			}
			expr = p.expr
		}
		return of("count(", expr, ")")
	case "distinct":
		p, err := a.place(m.Field)
		if err != nil {
			return err
		}
		if target := c.registry.Object(p.field.Target()); target != nil && p.field.Many() == "" {
			// As a list shows them. Whether two records refer to the same that is hidden is
			// not told.
			alias, err := a.join(m.Field+".", p.expr, "id", target, c.guarded(target, nil))
			if err != nil {
				return err
			}
			p.expr = alias + ".id"
		} else if p.field.Many() != "" || p.field.Type == "anyreference" || p.field.Files() > 0 {
			return unfit(m.Field)
		}
		return of("count(DISTINCT ", p.expr, ")")
	}
	expr, err := a.value(m)
	if err != nil {
		return err
	}
	switch m.Fn {
	case "known":
		return of("count(", expr, ")")
	case "sum":
		if c.postgres {
			return of("sum(", expr, ")::bigint")
		}
		return of("CAST(sum(", expr, ") AS INTEGER)")
	case "avg":
		if c.postgres {
			return of("round(avg(", expr, "))::bigint")
		}
		return of("CAST(round(avg(", expr, ")) AS INTEGER)")
	case "min", "max":
		return of(m.Fn+"(", expr, ")")
	case "weighted":
		f, likely := o.Field(m.Field), o.Field(o.Likely)
		if o.Likely == "" || m.To != "" || f == nil || f.Type != "money" || !a.s.Asker.Readable(o, likely) {
			return unfit(m.Field)
		}
		// Parts of a hundred of each amount: no sum of products grows out of 64 bits.
		by := " * t." + likely.Column()
		after := "), 0)"
		if c.postgres {
			after += "::bigint"
		}
		return of("coalesce(sum(", expr+" / 100"+by+" + "+expr+" % 100"+by+" / 100", after)
	}
	return unfit(m.Fn)
}
