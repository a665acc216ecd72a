package schema

import (
	"fmt"
	"slices"
	"sync/atomic"
)

// Registry is one immutable picture of all objects.
type Registry struct {
	// Version rises with each change of objects or fields.
	Version int64
	objects map[string]*Object
	plurals map[string]*Object
	ordered []*Object
}

// NewRegistry prepares the objects and checks that what they refer to exists.
func NewRegistry(version int64, objects []*Object) (*Registry, error) {
	r := &Registry{Version: version, objects: map[string]*Object{}, plurals: map[string]*Object{}, ordered: objects}
	for _, o := range objects {
		if r.objects[o.Name] != nil || r.plurals[o.Plural] != nil {
			return nil, fmt.Errorf("object %s is declared twice", o.Name)
		}
		if err := o.prepare(); err != nil {
			return nil, err
		}
		r.objects[o.Name], r.plurals[o.Plural] = o, o
	}
	for _, o := range objects {
		for _, f := range o.Fields {
			for _, one := range append([]*Field{f}, f.Rows...) {
				for _, target := range one.Targets {
					if to := r.objects[target]; to != nil && to.IsLink() {
						return nil, fmt.Errorf("object %s, field %s refers to the link %q", o.Name, one.Name, target)
					}
					if r.objects[target] == nil {
						return nil, fmt.Errorf("object %s, field %s refers to %q, which does not exist", o.Name, one.Name, target)
					}
				}
			}
		}
	}
	return r, nil
}

// Object returns the object of this name, or nil.
func (r *Registry) Object(name string) *Object { return r.objects[name] }

// ByPlural returns the object whose address is /plural, or nil.
func (r *Registry) ByPlural(plural string) *Object { return r.plurals[plural] }

// Stands tells whether an object's records stand among what is related to the
// record that a field of theirs points to.
func (r *Registry) Stands(o *Object, f *Field) bool {
	target := r.objects[f.Target()]
	return target != nil && slices.Contains(target.Related, Related{Object: o.Name, Field: f.Name})
}

// Objects returns all objects in the order of their declaration.
func (r *Registry) Objects() []*Object { return r.ordered }

// Current holds the registry in force; readers never wait for a change.
type Current struct{ p atomic.Pointer[Registry] }

// Load returns the registry in force.
func (c *Current) Load() *Registry { return c.p.Load() }

// Store puts another registry in force.
func (c *Current) Store(r *Registry) { c.p.Store(r) }
