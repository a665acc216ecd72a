package store

import (
	"strings"
)

// guards are the triggers that refuse to change or remove rows of a kept table.
func guards(t Table, existing map[string]map[string]bool, postgres bool) []Change {
	name := "kept_" + t.Name
	// What may be made empty, and only that.
	erasing := "FALSE"
	if len(t.Erasable) > 0 {
		var same []string
		erased := map[string]bool{}
		for _, c := range t.Erasable {
			erased[c] = true
			same = append(same, "NEW."+c+" IS NULL")
		}
		for _, c := range t.Columns {
			if !erased[c.Name] {
				equal := " IS "
				if postgres {
					equal = " IS NOT DISTINCT FROM "
				}
				same = append(same, "NEW."+c.Name+equal+"OLD."+c.Name)
			}
		}
		erasing = strings.Join(same, " AND ")
	}
	var plan []Change
	add := func(trigger, sql string) {
		if !existing["trigger "+trigger][trigger] {
			plan = append(plan, Change{Kind: AddTrigger, Table: t.Name, Name: trigger, SQL: sql})
		}
	}
	const says = "rows of this table are kept as they are"
	if !postgres {
		add(name+"_changed", "CREATE TRIGGER "+name+"_changed BEFORE UPDATE ON "+t.Name+" WHEN NOT ("+erasing+") BEGIN SELECT RAISE(ABORT, '"+says+"'); END")
		add(name+"_removed", "CREATE TRIGGER "+name+"_removed BEFORE DELETE ON "+t.Name+" BEGIN SELECT RAISE(ABORT, '"+says+"'); END")
		return plan
	}
	if !existing["trigger "+name+"_changed"][name+"_changed"] {
		plan = append(plan, Change{Kind: AddTrigger, Table: t.Name, Name: name, SQL: "CREATE OR REPLACE FUNCTION " + name + "() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '" + says + "'; END $$"})
	}
	add(name+"_changed", "CREATE TRIGGER "+name+"_changed BEFORE UPDATE ON "+t.Name+" FOR EACH ROW WHEN (NOT ("+erasing+")) EXECUTE FUNCTION "+name+"()")
	add(name+"_removed", "CREATE TRIGGER "+name+"_removed BEFORE DELETE ON "+t.Name+" FOR EACH ROW EXECUTE FUNCTION "+name+"()")
	add(name+"_emptied", "CREATE TRIGGER "+name+"_emptied BEFORE TRUNCATE ON "+t.Name+" FOR EACH STATEMENT EXECUTE FUNCTION "+name+"()")
	return plan
}
