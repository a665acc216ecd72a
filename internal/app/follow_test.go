package app

import (
	"fmt"
	"testing"

	"ecrm/internal/dbtest"
)

func TestRecordFollowsItsNewOwnerToHisDepartment(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		w.work()
		admin, people, departments := w.company()
		admin.add("users", map[string]any{"name": "chief", "login": "chief", "role": "manager", "department": departments["south"], "password": "long-password"})
		chief := w.signIn("chief")
		admin.add("users", map[string]any{"name": "both", "login": "both", "role": "salesperson", "department": departments["south"], "more_departments": []any{departments["north"]}, "password": "long-password"})
		both := w.signIn("both")
		id := people["seller"].add("customers", map[string]any{"name": "甲公司"})
		stands := func() string {
			return fmt.Sprint(admin.value("customers/"+id, "owner"), " ", admin.value("customers/"+id, "department"))
		}
		people["boss"].must(200, "PATCH", "customers/"+id, map[string]any{"owner": people["stranger"].id})
		if got := stands(); got != "stranger south" {
			t.Errorf("given to the stranger it is %s", got)
		}
		if chief.names("customers") != "甲公司" || people["manager"].names("customers") != "" {
			t.Error("the manager of the new owner does not see it, or that of the old one still does")
		}
		// By a job, and taken back by it.
		job := people["boss"].begin("customers/actions/assign", map[string]any{"ids": []any{id}, "input": map[string]any{"owner": people["colleague"].id}})
		if got := outcome(people["boss"].ended(job)) + " " + stands(); got != "done 1/0/0/0 colleague north" {
			t.Error(got)
		}
		undo := people["boss"].begin("jobs/"+job+"/actions/undo", nil)
		if got := outcome(people["boss"].ended(undo)) + " " + stands(); got != "done 1/0/0/0 stranger south" {
			t.Error(got)
		}
		// Who works in its department too takes it over where it is; and a write may say the department itself.
		people["boss"].must(200, "PATCH", "customers/"+id, map[string]any{"owner": people["seller"].id})
		people["boss"].must(200, "PATCH", "customers/"+id, map[string]any{"owner": both.id})
		if got := stands(); got != "both north" {
			t.Errorf("given to who works in both it is %s", got)
		}
		people["boss"].must(200, "PATCH", "customers/"+id, map[string]any{"owner": people["stranger"].id, "department": departments["north"]})
		if got := stands(); got != "stranger north" {
			t.Errorf("with a department of its own it is %s", got)
		}
		// A manager does not give away what he then could not see.
		other := people["seller"].add("customers", map[string]any{"name": "乙公司"})
		people["manager"].must(422, "PATCH", "customers/"+other, map[string]any{"owner": people["stranger"].id})
		people["manager"].must(200, "PATCH", "customers/"+other, map[string]any{"owner": people["colleague"].id})
	})
}
