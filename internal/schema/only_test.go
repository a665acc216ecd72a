package schema

import "testing"

func TestFieldIsShownOnlyWithChoicesThereAre(t *testing.T) {
	object := func(only *Only) *Object {
		return &Object{Name: "thing", Plural: "things", Title: "name", Fields: []*Field{
			{Name: "name", Type: "text"}, {Name: "kind", Type: "picklist", Options: []Option{{Value: "person"}}},
			{Name: "born", Type: "date", Only: only},
		}}
	}
	if err := object(&Only{Field: "kind", Values: []string{"person"}}).prepare(); err != nil {
		t.Error(err)
	}
	for name, only := range map[string]*Only{"no such choice": {"kind", []string{"robot"}}, "no such field": {"sort", []string{"person"}}, "no pick-list": {"name", []string{"person"}}} {
		if object(only).prepare() == nil {
			t.Errorf("%s was taken", name)
		}
	}
}
