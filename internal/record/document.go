package record

import (
	"context"

	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/schema"
)

// Print makes a document of a record: what is printed, mailed and kept.
type Print func(ctx context.Context, p *Printing) (Document, error)

// Document is a file made of a record.
type Document struct {
	// Name is that of the file.
	Name string
	// Type is its media type.
	Type    string
	Content []byte
}

// Printing is a record about to be printed, for somebody who may see it.
type Printing struct {
	Actor  *policy.Actor
	Object *schema.Object
	ID     int64
	// Values are those of the fields the actor may read.
	Values Values
	// Language is that asked for, "" where the record or its reader decides.
	Language string
	// Form is which of several documents is asked for, "" for the usual.
	Form string
	// Company is what the company is called.
	Company string
	// Picture reads the content of a picture, at most so many pixels wide or high.
	Picture func(ctx context.Context, file schema.FileRef, pixels int) ([]byte, error)
	service *Service
}

// Printable tells whether records of an object can be printed.
func (s *Service) Printable(o *schema.Object) bool { return s.prints[o.Name] != nil }

// Print makes a document of a record that the actor may see.
func (s *Service) Print(ctx context.Context, p Printing) (Document, error) {
	fn := s.prints[p.Object.Name]
	if fn == nil {
		return Document{}, fail("not_found")
	}
	var err error
	if p.Values, err = s.Values(ctx, p.Actor, p.Object, p.ID); err != nil {
		return Document{}, err
	}
	p.Values = readable(p.Actor, p.Object, p.Values)
	p.service = s
	return fn(ctx, &p)
}

// Needs refuses to print for somebody who may not read all of these fields: what is
// left out of a document is not seen to be missing.
func (p *Printing) Needs(fields ...string) error {
	for _, name := range fields {
		if f := p.Object.Field(name); f != nil && !p.Actor.Readable(p.Object, f) {
			return fail("forbidden")
		}
	}
	return nil
}

// Record reads another record as far as the actor may see it: nil where he may not,
// without the fields he may not read.
func (p *Printing) Record(ctx context.Context, object string, id int64) (Values, error) {
	return p.service.shown(ctx, p.Actor, object, id)
}

// Own reads a record of the company's own settings, all of it, whoever prints.
func (p *Printing) Own(ctx context.Context, object string, id int64) (Values, error) {
	if o := p.Actor.Registry.Object(object); o == nil || !o.AdminOnly || id == 0 {
		return nil, nil
	}
	found, err := p.service.Rows(ctx, object, query.Is("id", id), 1)
	return found[id], err
}
