package oracle

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"ecrm/internal/app"
	"ecrm/internal/identity"
	"ecrm/internal/policy"
	product "ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// module declares the made-up objects as any module does.
func module() product.Module {
	m := product.Module{Name: "oracle"}
	for _, name := range asked {
		o := objects[name]
		declared := &schema.Object{Name: o.name, Plural: o.plural, Title: o.title, Owned: o.owned, Through: o.through, Group: "sales", Label: schema.T(name, name, name), LabelPlural: schema.T(name, name, name)}
		copy(declared.Links[:], o.links)
		for _, f := range o.fields {
			if f.name == "owner" || f.name == "department" || f.name == "created_at" || f.name == "updated_at" {
				continue
			}
			one := &schema.Field{Name: f.name, Type: f.kind, Label: schema.T(f.name, f.name, f.name)}
			if f.class != 0 {
				one.Search = string(f.class)
			}
			if f.kind == "reference" || f.kind == "references" {
				one.Targets = []string{f.target}
			}
			for _, option := range f.options {
				one.Options = append(one.Options, schema.Option{Value: option, Label: schema.T(option, option, option)})
			}
			if f.kind == "decimal" {
				one.Scale = 2
			}
			// Some have indexes to be walked along, some have none.
			one.Indexed = f.name == "size" || f.name == "class" || f.name == "born" || f.name == "worth"
			declared.Fields = append(declared.Fields, one)
		}
		m.Objects = append(m.Objects, declared)
	}
	return m
}

// side is one database with the company in it.
type side struct {
	name string
	app  *app.App
	ids  map[thing]int64
	// things are the same the other way round; ids of different objects never meet.
	things map[int64]thing
	roles  []int64
}

func open(t testing.TB, name, dsn string) *side {
	config := app.Config{Database: dsn, Data: t.TempDir()}
	if path, ok := strings.CutPrefix(dsn, "sqlite:"); ok {
		config = app.Config{Data: strings.TrimSuffix(path, "/ecrm.db")}
	}
	a, err := app.Open(t.Context(), config, append(app.Modules(), module()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	if _, err := a.Identity.SetUp(t.Context(), identity.Company{Name: "oracle", Currency: "TWD", Language: "en"}, "root", "root", "long-password"); err != nil {
		t.Fatal(err)
	}
	return &side{name: name, app: a}
}

func (s *side) system() *policy.Actor {
	return policy.System(s.app.Records.Current.Load(), "oracle")
}

func (s *side) object(name string) *schema.Object {
	return s.app.Records.Current.Load().Object(name)
}

// id is what a thing is called here.
func (s *side) id(t thing) string { return strconv.FormatInt(s.ids[t], 10) }

func (s *side) known(t thing, id int64) {
	s.ids[t], s.things[id] = id, t
}

// clear takes everything away that an earlier company left.
func (s *side) clear(ctx context.Context) error {
	return s.app.DB.Write(ctx, func(ctx context.Context, q store.Querier) error {
		var statements []string
		for _, name := range asked {
			o := s.object(name)
			statements = append(statements, "DELETE FROM "+o.Table())
			for _, f := range o.Fields {
				if _, many := f.Kind().(schema.Multiple); many {
					statements = append(statements, "DELETE FROM "+o.ValueTable(f))
				}
			}
			statements = append(statements, "DELETE FROM f_"+o.Name)
		}
		for _, statement := range append(statements, "DELETE FROM share", "DELETE FROM outbox", "DELETE FROM r_user WHERE login <> 'root'",
			"DELETE FROM r_department WHERE name <> 'oracle'", `DELETE FROM r_role WHERE "key" IS NULL`) {
			if _, err := q.Exec(ctx, statement); err != nil {
				return fmt.Errorf("%s: %w", statement, err)
			}
		}
		return nil
	})
}

// move writes a company into the database.
func (s *side) move(ctx context.Context, c *company) error {
	s.ids, s.things, s.roles = map[thing]int64{}, map[int64]thing{}, nil
	if err := s.clear(ctx); err != nil {
		return err
	}
	err := s.app.Records.Together(ctx, func(ctx context.Context, u *product.Unit) error {
		create := func(object string, in product.Input) (int64, error) {
			return u.Create(ctx, s.system(), s.object(object), in)
		}
		for n, d := range c.departments {
			id, err := create("department", s.departmentIn(d))
			if err != nil {
				return err
			}
			s.known(thing{"department", n}, id)
		}
		for _, r := range c.roles {
			id, err := create("role", s.roleIn(r))
			if err != nil {
				return err
			}
			s.roles = append(s.roles, id)
		}
		for n, p := range c.people {
			id, err := create("user", product.Input{"name": p.name, "login": fmt.Sprintf("p%d", n)})
			if err != nil {
				return err
			}
			s.known(thing{"user", n}, id)
			if err := store.Insert(ctx, u.Store(), "credential", store.Row{"user_id": id, "hash": "", "must_change": false}); err != nil {
				return err
			}
		}
		for n := range c.people {
			if err := u.Update(ctx, s.system(), s.object("user"), s.ids[thing{"user", n}], s.personIn(c, n), 0); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, name := range asked {
		for part := range slices.Chunk(c.records[name], 100) {
			err := s.app.Records.Together(ctx, func(ctx context.Context, u *product.Unit) error {
				for _, r := range part {
					at, _ := r.values["created_at"].(int64)
					id, err := u.Create(product.At(ctx, time.UnixMicro(at)), s.system(), s.object(name), s.input(r, true))
					if err != nil {
						return fmt.Errorf("%v: %w", r, err)
					}
					s.known(r.thing, id)
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
	}
	for t, list := range c.shares {
		for _, one := range list {
			if err := s.share(ctx, t, one); err != nil {
				return err
			}
		}
	}
	if !s.app.DB.Postgres() {
		return nil
	}
	// As its own vacuum does within a minute of tables being filled: without
	// statistics it takes a condition within conditions for one row each time.
	_, err = s.app.DB.Exec(ctx, "ANALYZE r_star, r_planet, r_moon, r_pass, r_catalog, share")
	return err
}

func (s *side) departmentIn(d department) product.Input {
	in := product.Input{"name": d.name, "parent": nil}
	if d.parent != none {
		in["parent"] = s.id(thing{"department", d.parent})
	}
	return in
}

func (s *side) listed(object string, numbers []int) []any {
	list := []any{}
	for _, n := range numbers {
		list = append(list, s.id(thing{object, n}))
	}
	return list
}

func (s *side) roleIn(r role) product.Input {
	plain := func(m map[string]map[string]string) map[string]any {
		out := map[string]any{}
		for object, inner := range m {
			kept := map[string]any{}
			for k, v := range inner {
				kept[k] = v
			}
			out[object] = kept
		}
		return out
	}
	return product.Input{"name": "made up", "administrator": r.admin, "rights": plain(r.rights), "field_access": plain(r.fields), "departments": s.listed("department", r.departments)}
}

func (s *side) personIn(c *company, n int) product.Input {
	p := c.people[n]
	in := product.Input{"language": p.language, "time_zone": p.zone, "assistant_of": s.listed("user", p.assists), "department": nil, "more_departments": []any{}}
	var roles []any
	for _, r := range p.roles {
		roles = append(roles, strconv.FormatInt(s.roles[r], 10))
	}
	in["role"], in["more_roles"] = roles[0], roles[1:]
	if len(p.departments) > 0 {
		in["department"], in["more_departments"] = s.id(thing{"department", p.departments[0]}), s.listed("department", p.departments[1:])
	}
	return in
}

// input is a record as it is written: all its fields, or without those it has not.
func (s *side) input(r *record, fresh bool) product.Input {
	in := product.Input{}
	o := objects[r.object]
	for i := range o.fields {
		f := &o.fields[i]
		if f.name == "created_at" || f.name == "updated_at" {
			continue
		}
		v, there := r.values[f.name]
		switch v := v.(type) {
		case int64:
			switch f.kind {
			case "decimal":
				in[f.name] = decimal(v, 2)
			case "datetime":
				in[f.name] = time.UnixMicro(v).UTC().Format(time.RFC3339)
			default:
				in[f.name] = json.Number(strconv.FormatInt(v, 10))
			}
		case amount:
			in[f.name] = map[string]any{"amount": decimal(v.minor, 4), "currency": v.currency}
		case []string:
			var list []any
			for _, one := range v {
				list = append(list, one)
			}
			in[f.name] = list
		case thing:
			in[f.name] = s.id(v)
		case []thing:
			var list []any
			for _, one := range v {
				list = append(list, s.id(one))
			}
			in[f.name] = list
		default:
			in[f.name] = v
		}
		if !there && fresh {
			delete(in, f.name)
		}
	}
	return in
}

// decimal writes a number that counts parts.
func decimal(n int64, places int) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	text := fmt.Sprintf("%0*d", places+1, n)
	return sign + text[:len(text)-places] + "." + text[len(text)-places:]
}

func (s *side) share(ctx context.Context, t thing, one share) error {
	token := policy.UserToken(s.ids[one.with])
	if one.with.object == "department" {
		token = policy.DepartmentToken(s.ids[one.with])
	}
	key := store.Row{"object": t.object, "token": token, "record_id": s.ids[t]}
	row := store.Row{"can_write": one.write, "until": nil, "created_by": int64(0), "created_at": int64(0)}
	if one.over {
		row["until"] = time.Now().Add(-time.Hour).UnixMicro()
	} else if one.write {
		row["until"] = time.Now().Add(100 * time.Hour).UnixMicro()
	}
	maps.Copy(row, key)
	return s.app.DB.Write(ctx, func(ctx context.Context, q store.Querier) error {
		if _, err := store.Delete(ctx, q, store.Shares.Name, key); err != nil {
			return err
		}
		return store.Insert(ctx, q, store.Shares.Name, row)
	})
}

func (s *side) unshare(ctx context.Context, t, with thing) error {
	token := policy.UserToken(s.ids[with])
	if with.object == "department" {
		token = policy.DepartmentToken(s.ids[with])
	}
	return s.app.DB.Write(ctx, func(ctx context.Context, q store.Querier) error {
		_, err := store.Delete(ctx, q, store.Shares.Name, store.Row{"object": t.object, "token": token, "record_id": s.ids[t]})
		return err
	})
}
