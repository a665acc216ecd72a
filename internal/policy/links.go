package policy

import (
	"ecrm/internal/query"
	"ecrm/internal/schema"
)

// A link has the rights of its ends: it is seen by who sees both; who may edit
// the record it hangs on, the first, and sees the other makes, changes and
// removes it; who may export or import the first exports or imports it.

// onEnds are the verbs that a verb on a link needs on its first end.
func onEnds(verb string) []string {
	switch verb {
	case View, Export:
		return []string{verb}
	case Create, Edit, Remove:
		return []string{Edit}
	case Import:
		return []string{Import, Edit}
	}
	return nil
}

// mayLink tells whether the actor may do something to at least some links.
func (a *Actor) mayLink(o *schema.Object, verb string) bool {
	first, second := a.Registry.Object(o.End(0).Target()), a.Registry.Object(o.End(1).Target())
	verbs := onEnds(verb)
	if verbs == nil || first == nil || second == nil || !a.May(second, View) {
		return false
	}
	for _, v := range verbs {
		if !a.May(first, v) {
			return false
		}
	}
	return true
}

// bothEnds is what the ends of a link must fit for the actor to do verb to it;
// nil means all.
func (a *Actor) bothEnds(o *schema.Object, verb string, depth int) *query.Node {
	var nodes []*query.Node
	for _, v := range onEnds(verb) {
		nodes = append(nodes, a.end(o.End(0), v, depth))
	}
	if verb != View {
		nodes = append(nodes, a.end(o.End(0), View, depth))
	}
	return query.AllOf(append(nodes, a.end(o.End(1), View, depth))...)
}

// end is the filter of the records one end refers to, as a filter of the link.
func (a *Actor) end(f *schema.Field, verb string, depth int) *query.Node {
	filter := a.filter(a.Registry.Object(f.Target()), verb, depth+1)
	if filter == nil || filter.Op == query.Never {
		return filter
	}
	return &query.Node{Op: query.Through, Field: f.Name, Kids: []*query.Node{filter}}
}
