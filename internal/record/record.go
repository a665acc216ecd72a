// Package record is the one door to records: rights, parsing, the object's
// rules, the store, audit, search words and the outbox, in one transaction.
// Nothing else writes records, and nothing else reads them for a person.
package record

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"ecrm/internal/policy"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// FieldError is what is wrong with one field.
type FieldError struct {
	Field string
	*schema.Problem
}

// Error is what a caller is told: a stable code, and the fields at fault.
type Error struct {
	// Code is invalid, not_found, forbidden, conflict or duplicate.
	Code   string
	Fields []FieldError
	// Twins are the records on account of which a write was refused as a duplicate.
	Twins *Twins
}

// Error names the code and the fields; people get messages instead.
func (e *Error) Error() string {
	s := e.Code
	for _, f := range e.Fields {
		s += " " + f.Field + ":" + f.Problem.Code
	}
	return s
}

// Taken tells whether a value that must be unique is taken.
func (e *Error) Taken() bool {
	for _, f := range e.Fields {
		if e.Code == "conflict" && f.Problem.Code == "taken" {
			return true
		}
	}
	return false
}

func (e *Error) add(field, code string, params ...string) {
	e.Fields = append(e.Fields, FieldError{field, schema.Bad(code, params...)})
}

func fail(code string) *Error { return &Error{Code: code} }

func invalid(field, code string, params ...string) *Error {
	return &Error{Code: "invalid", Fields: []FieldError{{field, schema.Bad(code, params...)}}}
}

// Values holds a record's values: for each field the values of its columns.
type Values map[string][]any

// Text is the text in a field's main column, "" when there is none.
func (v Values) Text(field string) string {
	if c := v[field]; len(c) > 0 {
		s, _ := c[0].(string)
		return s
	}
	return ""
}

// Int is the number or id in a field's main column, 0 when there is none.
func (v Values) Int(field string) int64 {
	if c := v[field]; len(c) > 0 {
		n, _ := c[0].(int64)
		return n
	}
	return 0
}

// Change is a write under way, as the object's rules see it.
type Change struct {
	Actor   *policy.Actor
	Object  *schema.Object
	ID      int64
	Created bool
	// Before is nil on create.
	Before Values
	After  Values
	// Now is the instant of the write in microseconds.
	Now     int64
	service *Service
	tx      store.Querier
	// inherited are the columns that repeat what the record is seen through; nil
	// until inherit read them.
	inherited store.Row
	// unshared names with whom it is not shared any more, where that is the change.
	unshared string
	// warnings are what is doubtful about the values so far.
	warnings []FieldError
	// noted is what the history keeps of the write beside its fields.
	noted map[string]json.RawMessage
	// binned is set for a record that lies in the recycle bin.
	binned bool
}

// Changed tells whether a field differs from before.
func (c *Change) Changed(field string) bool {
	before, after := c.Before[field], c.After[field]
	if f := c.Object.Field(field); f != nil {
		before, after = f.Entered(before), f.Entered(after)
	}
	return !same(before, after)
}

// Derive sets derived fields of another record, as part of this write; it
// raises no version and asks no right. Only a larger value replaces when grow
// is true (last contact).
func (c *Change) Derive(ctx context.Context, object string, id int64, field string, value int64, grow bool) error {
	o := c.Actor.Registry.Object(object)
	f := o.Field(field)
	return store.Raise(ctx, c.tx, o.Table(), f.Column(), id, value, grow)
}

// Rules are what an object's module adds to a write.
type Rules struct {
	// Check runs before the write and may change After; it answers problems
	// with Invalid.
	Check func(ctx context.Context, c *Change) error
	// Warn runs when a write stands as it will be written, and when one is only
	// being typed: it changes nothing and tells with Change.Warn what is doubtful.
	Warn func(ctx context.Context, c *Change) error
	// Done runs after the row is written, in the same transaction.
	Done func(ctx context.Context, c *Change) error
	// Remove runs before a record goes to the recycle bin and may refuse.
	Remove func(ctx context.Context, c *Change) error
	// Actions are what the object's actions do, by their names.
	Actions map[string]Action
}

// DeriveFirst sets a derived field of another record where it has none or a larger
// one: the first time that something happened.
func (c *Change) DeriveFirst(ctx context.Context, object string, id int64, field string, value int64) error {
	o := c.Actor.Registry.Object(object)
	return store.Lower(ctx, c.tx, o.Table(), o.Field(field).Column(), id, value)
}

// Invalid is the error a rule answers for a field; parameters of the message
// come as name, value, name, value.
func Invalid(field, code string, params ...string) error { return invalid(field, code, params...) }

// Module is a folder of the business: the objects it declares and their rules.
type Module struct {
	Name    string
	Objects []*schema.Object
	Rules   map[string]Rules
	// Prints are the objects whose records can be printed, and what does it.
	Prints map[string]Print
	// Analyses are what can be asked of its records as a whole.
	Analyses []*schema.Analysis
}

// Service is the door.
type Service struct {
	DB      *store.DB
	Current *schema.Current
	IDs     *store.IDs
	// Currency is the company's.
	Currency func() string
	// Zone is the company's time zone.
	Zone func() *time.Location
	// Rates tells what other currencies are worth; nil: nobody knows.
	Rates Rates
	// HandOut gives a new record that nobody was named for to somebody; nil: they stay
	// with whoever made them.
	HandOut func(ctx context.Context, u *Unit, a *policy.Actor, o *schema.Object, id int64) error
	rules   map[string]Rules
	// prints make documents of records.
	prints map[string]Print

	// analyses are what the modules ask of their records as a whole.
	analyses []*schema.Analysis
	// declared are the objects of the modules.
	declared []*schema.Object
	// name tells this process from others on the database.
	name string
	// renewed has a token when another registry was put in force.
	renewed chan struct{}

	directory directory
	people    atomic.Pointer[people]
	// likenesses are the rules by which records are compared.
	likenesses atomic.Pointer[heldRules]

	mu        sync.Mutex
	listeners []func([]Event)
	consumers []func(context.Context, []Event) error
	settlers  []Settler
	swept     time.Time
}

// New makes the door to a database.
func New(db *store.DB, current *schema.Current, modules []Module) *Service {
	s := &Service{DB: db, Current: current, IDs: store.NewIDs(1), rules: map[string]Rules{}, prints: map[string]Print{}, Currency: func() string { return "TWD" }, Zone: func() *time.Location { return time.UTC }, name: rand.Text(), renewed: make(chan struct{}, 1)}
	for _, m := range modules {
		s.declared = append(s.declared, m.Objects...)
		s.analyses = append(s.analyses, m.Analyses...)
		for object, r := range m.Rules {
			s.rules[object] = r
		}
		for object, p := range m.Prints {
			s.prints[object] = p
		}
	}
	return s
}

// Analyses are what the modules ask of their records as a whole, in the order of the
// modules.
func (s *Service) Analyses() []*schema.Analysis { return s.analyses }

// Listen has fn called with what each commit changed.
func (s *Service) Listen(fn func([]Event)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.listeners = append(s.listeners, fn)
}

func (s *Service) tell(events ...Event) {
	s.mu.Lock()
	listeners := s.listeners
	s.mu.Unlock()
	for _, fn := range listeners {
		fn(events)
	}
}

func same(a, b []any) bool {
	for i := 0; i < len(a) || i < len(b); i++ {
		var x, y any
		if i < len(a) {
			x = a[i]
		}
		if i < len(b) {
			y = b[i]
		}
		if n, ok := x.(bool); ok {
			x = map[bool]int64{true: 1}[n]
		}
		if n, ok := y.(bool); ok {
			y = map[bool]int64{true: 1}[n]
		}
		if x != y {
			return false
		}
	}
	return true
}

// IsCode tells whether err is a record error of this code.
func IsCode(err error, code string) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == code
}

// True tells whether a boolean field holds yes.
func (v Values) True(field string) bool {
	if c := v[field]; len(c) > 0 {
		switch b := c[0].(type) {
		case bool:
			return b
		case int64:
			return b != 0
		}
	}
	return false
}

// Today is the day of the write in the actor's time zone.
func (c *Change) Today() string {
	return time.UnixMicro(c.Now).In(c.Actor.Zone()).Format("2006-01-02")
}
