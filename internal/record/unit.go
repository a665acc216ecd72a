package record

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"time"

	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// Unit is several writes that stand or fall together.
type Unit struct {
	service *Service
	tx      *watched
	// registry is that of the unit's transaction.
	registry *schema.Registry
	// events are what the outbox was told, for those who listen here.
	events []Event
	late   late
	// careful units can take back part of what they did (see Try).
	careful bool
	// unsure is set when a part was to be taken back and could not be.
	unsure bool
	// fills units take on trust what they write (see Fill).
	fills bool
	// pretends is set while what is done will be taken back whatever comes of it;
	// played are the last numbers of the counters in that.
	pretends bool
	played   map[string]int64
	// drawn are the numbers reserved apart that the unit's records have, spare those
	// it has drawn for records that came to nothing.
	drawn, spare drawn
	// taken are the counters of which it drew a number that another record has.
	taken []string
	// warnings are what was told of the records written.
	warnings map[thing][]FieldError
	memory
}

// memory is what a unit learnt and need not ask again.
type memory struct {
	// seen are the references found to point to what their writer may see.
	seen map[sight]bool
	// belongs are owner and department of live records others are seen through.
	belongs map[thing][2]any
	// rates are exchange rates.
	rates map[rateKey]askedRate
	// matches are the live records that have keys that were asked in advance.
	matches map[store.MatchKey][]int64
	// likenesses are the rules by which records are compared, by object; nil: not read
	// yet.
	likenesses map[string][]*Likeness
}

func (m *memory) forget() {
	clear(m.seen)
	clear(m.belongs)
	clear(m.rates)
	clear(m.matches)
	m.likenesses = nil
}

type thing struct {
	object string
	id     int64
}

type sight struct {
	actor  int64
	object string
	id     int64
}

// Together runs fn in one transaction and tells what it changed once that is
// kept. fn does nothing slow and may be run again.
func (s *Service) Together(ctx context.Context, fn func(ctx context.Context, u *Unit) error) error {
	var u *Unit
	attempt := func(careful bool) error {
		back := false
		err := s.DB.Write(ctx, func(ctx context.Context, tx store.Querier) (err error) {
			defer func() { back = err != nil }()
			u.giveBack(true) // what is run again was taken back
			many := !careful && tx.Postgres() && store.IsBulk(ctx)
			fills := !careful && ctx.Value(fillKey{}) != nil
			u = &Unit{service: s, tx: &watched{Querier: tx, gathers: many}, careful: careful, fills: fills, warnings: map[thing][]FieldError{}, played: map[string]int64{}, drawn: drawn{}, spare: drawn{}, memory: memory{map[sight]bool{}, map[thing][2]any{}, map[rateKey]askedRate{}, map[store.MatchKey][]int64{}, nil}}
			if err := u.abreast(ctx); err != nil {
				return err
			}
			err = fn(context.WithValue(ctx, unitKey{}, u), u)
			if err == nil && !u.unsure && u.taken == nil {
				err = u.flush(ctx)
			}
			switch {
			case u.taken != nil:
				return errTaken
			case u.unsure, u.tx.failed:
				return ErrUnsure // whatever fn made of it
			}
			return err
		})
		// Of a commit that failed nobody knows what became of it.
		u.giveBack(back)
		return err
	}
	var err error
	for range 5 {
		if err = attempt(false); errors.Is(err, ErrUnsure) {
			err = attempt(true)
		}
		if !errors.Is(err, errTaken) {
			break
		}
		for _, name := range u.taken {
			s.DB.ForgetNumbers(name)
		}
	}
	switch {
	case errors.Is(err, errTaken):
		return fail("conflict")
	case err != nil:
		return err
	}
	heard(ctx, u)
	if len(u.events) > 0 {
		s.tell(u.events...)
	}
	return nil
}

// errTaken says that a number that was drawn is another record's.
var errTaken = errors.New("a number is taken")

type clockKey struct{}

// At has the writes under ctx happen at an instant: what is made up has a past.
func At(ctx context.Context, at time.Time) context.Context {
	return context.WithValue(ctx, clockKey{}, at.UnixMicro())
}

// clock is the instant of a write under ctx, in microseconds.
func clock(ctx context.Context) int64 {
	if at, ok := ctx.Value(clockKey{}).(int64); ok {
		return at
	}
	return time.Now().UnixMicro()
}

// CreateAs makes a record of parsed values under an id the caller chose (see
// store.IDOf and Service.ParseInput).
func (u *Unit) CreateAs(ctx context.Context, a *policy.Actor, o *schema.Object, id int64, values Values) error {
	if err := u.service.insert(ctx, u.tx, a, o, id, maps.Clone(values)); err != nil {
		return u.service.explain(o, err)
	}
	return nil
}

type unitKey struct{}

// unitOf is the unit that a write under ctx is part of, nil outside of one.
func unitOf(ctx context.Context) *Unit {
	u, _ := ctx.Value(unitKey{}).(*Unit)
	return u
}

// within is what reads under ctx look at: the transaction of the unit they are
// part of, so that they see what it wrote, else the database.
func (s *Service) within(ctx context.Context) store.Querier {
	if u := unitOf(ctx); u != nil {
		return u.tx
	}
	return s.DB
}

// Store is the transaction, for services with tables of their own.
func (u *Unit) Store() store.Querier { return u.tx }

// Create makes a record as Service.Create does.
func (u *Unit) Create(ctx context.Context, a *policy.Actor, o *schema.Object, in Input) (int64, error) {
	if !a.May(o, policy.Create) {
		return 0, fail("forbidden")
	}
	values, err := u.service.parse(ctx, u.tx, a, o, in)
	if err != nil {
		return 0, err
	}
	return u.CreateValues(ctx, a, o, values)
}

// CreateValues makes a record of parsed values and answers its id.
func (u *Unit) CreateValues(ctx context.Context, a *policy.Actor, o *schema.Object, values Values) (int64, error) {
	if !a.May(o, policy.Create) {
		return 0, fail("forbidden")
	}
	id := u.service.IDs.Next()
	// A unit may be run again, and a new record completes its values.
	if err := u.service.insert(ctx, u.tx, a, o, id, maps.Clone(values)); err != nil {
		return 0, u.service.explain(o, err)
	}
	return id, nil
}

// Update changes a record as Service.Update does.
func (u *Unit) Update(ctx context.Context, a *policy.Actor, o *schema.Object, id int64, in Input, ifMatch int64) error {
	values, err := u.service.parse(ctx, u.tx, a, o, in)
	if err != nil {
		return err
	}
	if err := u.service.change(ctx, u.tx, a, o, id, values, ifMatch); err != nil {
		return u.service.explain(o, err)
	}
	return nil
}

// Store is the transaction of the write, for services with tables of their own.
func (c *Change) Store() store.Querier { return c.tx }

// Turn draws the next number of a series. Units that draw from the same one come one
// after another.
func (u *Unit) Turn(ctx context.Context, series string) (int64, error) {
	return u.number(ctx, counter{series, true})
}

// Shown reads another record as far as whoever writes may see it: nil where he may
// not, without the fields he may not read. What a rule takes over into the record it
// reads so, or it tells what is hidden.
func (c *Change) Shown(ctx context.Context, object string, id int64) (Values, error) {
	return c.service.shown(ctx, c.Actor, object, id)
}

// Alone waits until no other unit does what bears this name, and keeps others from it until this
// one ends: for a rule that looks whether there is something yet before it is written.
func (c *Change) Alone(ctx context.Context, name string) error {
	return store.Turn(ctx, c.tx, name)
}

// List reads a page of records as Service.List does for whoever writes, with what the
// write did so far.
func (c *Change) List(ctx context.Context, object string, r ListRequest) ([]byte, error) {
	return c.service.List(ctx, c.Actor, c.Actor.Registry.Object(object), r)
}

// Aggregate groups and measures records as Service.Aggregate does for whoever writes,
// with what the write did so far.
func (c *Change) Aggregate(ctx context.Context, object, filter string, groups []query.Group, measures []query.Measure) ([]byte, error) {
	return c.service.Aggregate(ctx, c.Actor, c.Actor.Registry.Object(object), filter, "", groups, measures)
}

// Rows reads the live records of an object that fit a filter, as the write sees
// them and whoever writes: what the engine itself must know. It answers the ids
// with the values.
func (c *Change) Rows(ctx context.Context, object string, filter *query.Node, limit int) (map[int64]Values, error) {
	return c.service.rows(ctx, c.tx, c.Actor.Registry, object, filter, limit)
}

func (s *Service) rows(ctx context.Context, q store.Querier, r *schema.Registry, object string, filter *query.Node, limit int) (map[int64]Values, error) {
	o := r.Object(object)
	var names []string
	for _, c := range o.Columns() {
		names = append(names, c.Name)
	}
	rows, err := store.Select{
		Registry: r, Asker: policy.System(r, ""), Columns: names,
		Query: query.Query{Object: o, Filter: filter, Sort: []query.Key{{Field: "id"}}, Limit: limit},
	}.Rows(ctx, q)
	if err != nil {
		return nil, err
	}
	found := map[int64]Values{}
	for _, row := range rows {
		id, _ := row[0].(int64)
		v, at := Values{}, 2
		for _, f := range o.Fields {
			n := len(f.Columns())
			v[f.Name] = row[at : at+n : at+n]
			at += n
		}
		found[id] = v
	}
	return found, s.withLines(ctx, q, o, found)
}

// Rows reads live records for the engine itself, whoever asks.
func (s *Service) Rows(ctx context.Context, object string, filter *query.Node, limit int) (map[int64]Values, error) {
	return s.rows(ctx, s.within(ctx), s.Current.Load(), object, filter, limit)
}

// Touch raises the epoch in a transaction that changes what belongs to users. The
// epoch counts the writes to objects that only administrators write too, so
// whoever knows its value knows whether users, departments or roles were changed
// anywhere.
func (s *Service) Touch(ctx context.Context, tx store.Querier) error {
	_, err := store.Count(ctx, tx, epoch)
	return err
}

const epoch = "epoch"

// Note writes into a record's history that something was done which is no change
// of its fields; the actor must be allowed verb on it.
func (u *Unit) Note(ctx context.Context, a *policy.Actor, o *schema.Object, id int64, verb, action string) error {
	s := u.service
	v, version, err := s.writable(ctx, u.tx, a, o, id, verb, false)
	if err != nil {
		return err
	}
	return s.log(ctx, &Change{Actor: a, Object: o, ID: id, Before: v, After: v, Now: clock(ctx), service: s, tx: u.tx}, map[string][2]json.RawMessage{}, version, action)
}
