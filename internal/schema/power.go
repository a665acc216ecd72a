package schema

import "fmt"

// Power is a right on an object's records beyond those every object has: roles grant it
// by its name with a scope as they grant the others, and it stands in the metadata. It
// lets nobody read a record.
type Power struct {
	Name  string
	Label Text
	// Help tells what whoever has it may do.
	Help Text
}

// Rank is the power to compare what people sold.
const Rank = "rank"

// Power returns the object's power of this name, or nil.
func (o *Object) Power(name string) *Power {
	for i := range o.Powers {
		if o.Powers[i].Name == name {
			return &o.Powers[i]
		}
	}
	return nil
}

// preparePowers checks that they are powers over what somebody owns.
func (o *Object) preparePowers() error {
	for _, p := range o.Powers {
		if !nameForm.MatchString(p.Name) || !o.Owned {
			return fmt.Errorf("object %s has no scopes for the power %q", o.Name, p.Name)
		}
	}
	return nil
}
