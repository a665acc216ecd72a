package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the floors' driver of PostgreSQL
	_ "modernc.org/sqlite"             // and of SQLite, the one the product has
)

// today is the day the data ends on: a run in a year finds what this one found.
const today = "2026-11-24"

const password = "bench-bench-bench" //nolint:gosec // of made-up people in a made-up company

// world is what is measured: a company made by `ecrm demo`, and people in it who see very little,
// little, much and all of it.
type world struct {
	Customers int               `json:"customers"`
	Logins    map[string]string `json:"logins"` // login → password
	Users     map[string]int64  `json:"users"`
	// Departments are those of `below`: the first is also that of `department`.
	Departments []int64 `json:"departments"`
	// Many are the departments of the person in twenty of them.
	Many []int64 `json:"many"`
	// Busy is a customer of `own` with a long timeline.
	Busy int64 `json:"busy"`
}

// home is a database with its address for the server and for the floors.
type home struct {
	world
	database string // sqlite, postgres
	args     []string
	db       *sql.DB
}

// settle finds the data of a former run or makes it: minutes for a million customers.
func settle(ctx context.Context, o options, database string) (*home, error) {
	folder, err := filepath.Abs(filepath.Join(o.cache, fmt.Sprintf("%s-%d", database, o.customers)))
	if err != nil {
		return nil, err
	}
	h := &home{database: database, args: []string{"--data", folder}}
	source := sqliteSource(folder)
	if database == "postgres" {
		if source, err = databaseFor(ctx, o); err != nil {
			return nil, err
		}
		h.args = append(h.args, "--database", source)
	}
	known := filepath.Join(folder, "world.json")
	text, err := os.ReadFile(known) //nolint:gosec // the bench's own file
	if err == nil {
		err = json.Unmarshal(text, &h.world)
	}
	if err != nil {
		if err := os.RemoveAll(folder); err != nil {
			return nil, err
		}
		if err := h.make(ctx, o, source); err != nil {
			return nil, err
		}
		if text, err = json.Marshal(h.world); err != nil {
			return nil, err
		}
		if err := os.WriteFile(known, text, 0o600); err != nil {
			return nil, err
		}
	}
	return h, h.open(source)
}

// sqliteSource is the address of a folder's database for the floors, as the product opens it.
func sqliteSource(folder string) string {
	return "file:" + filepath.Join(folder, "ecrm.db") + "?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(10000)&_pragma=mmap_size(1073741824)&_pragma=cache_size(-48000)&_pragma=wal_autocheckpoint(8000)"
}

// open opens the database for the floors.
func (h *home) open(source string) (err error) {
	driver := "sqlite"
	if h.database == "postgres" {
		driver = "pgx"
	}
	h.db, err = sql.Open(driver, source)
	return err
}

// databaseName is that of the data in the cluster of PostgreSQL.
func databaseName(o options) string { return fmt.Sprintf("ecrm_bench_%d", o.customers) }

// emptyDatabase makes a database in the cluster, empty or a copy of another, and answers its address
// and what drops it.
func emptyDatabase(ctx context.Context, cluster, name, of string) (string, func() error, error) {
	run := func(ctx context.Context, statements ...string) error {
		db, err := sql.Open("pgx", cluster)
		if err != nil {
			return err
		}
		defer func() { _ = db.Close() }()
		for _, s := range statements {
			if _, err := db.ExecContext(ctx, s); err != nil {
				return err
			}
		}
		return nil
	}
	if of == "" {
		of = "template0"
	}
	drop := "DROP DATABASE IF EXISTS " + name + " WITH (FORCE)"
	err := run(ctx, drop, "CREATE DATABASE "+name+" TEMPLATE "+of)
	return withDatabase(cluster, name), func() error { return run(context.WithoutCancel(ctx), drop) }, err
}

// databaseFor is the address of an empty database, or of the one a former run left in the cluster.
func databaseFor(ctx context.Context, o options) (string, error) {
	name := databaseName(o)
	db, err := sql.Open("pgx", o.postgres)
	if err != nil {
		return "", err
	}
	defer func() { _ = db.Close() }()
	var there bool
	if err := db.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)", name).Scan(&there); err != nil {
		return "", err
	}
	// The data folder of the server has the names of what is in there: neither is of use alone.
	folder := filepath.Join(o.cache, fmt.Sprintf("postgres-%d", o.customers))
	if _, err := os.Stat(filepath.Join(folder, "world.json")); there && err == nil {
		return withDatabase(o.postgres, name), nil
	}
	if err := os.RemoveAll(folder); err != nil {
		return "", err
	}
	address, _, err := emptyDatabase(ctx, o.postgres, name, "")
	return address, err
}

func (h *home) make(ctx context.Context, o options, source string) error {
	began := time.Now()
	fmt.Printf("%s: making %d customers and what goes with them\n", h.database, o.customers)
	cmd := exec.CommandContext(ctx, o.program, append([]string{"demo", "--json", "--customers", strconv.Itoa(o.customers), "--today", today}, h.args...)...) //nolint:gosec // the program under measure
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return err
	}
	var made struct {
		Accounts []struct{ Login, Password string }
	}
	if err := json.Unmarshal(out, &made); err != nil {
		return err
	}
	h.world = world{Customers: o.customers, Logins: map[string]string{}, Users: map[string]int64{}}
	for _, a := range made.Accounts {
		h.Logins[a.Login] = a.Password
	}
	fmt.Printf("%s: made in %s; handing customers to the people measured\n", h.database, time.Since(began).Round(time.Second))
	s, err := start(ctx, "/readyz", o.program, append(append([]string{"serve"}, h.args...), "--addr")...)
	if err != nil {
		return err
	}
	admin, err := signIn(ctx, s.base, "admin", h.Logins["admin"])
	if err == nil {
		err = h.people(ctx, admin)
	}
	s.stop()
	if err != nil || h.database == "sqlite" {
		return err
	}
	// What autovacuum does within the hour: nothing is measured while it does.
	db, err := sql.Open("pgx", source)
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, "VACUUM (ANALYZE)")
	return errors.Join(err, db.Close())
}

// people makes departments, roles and users, and gives them their customers: 5,000 to one person,
// 50,000 to a department, 200,000 to a branch of five, 50 to one who has 5 more shared with him, and
// 20 departments to one with twelve roles and forty shares.
func (h *home) people(ctx context.Context, admin *client) error {
	scale := func(n int) int { return max(2, n*h.Customers/1_000_000) }
	ids, err := h.customers(ctx, admin)
	if err != nil {
		return err
	}
	rng := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // a reproducible choice
	rng.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
	take := func(n int) []string { taken := ids[:n]; ids = ids[n:]; return taken }

	var roles struct{ Records []struct{ ID, Key string } }
	if err := admin.do(ctx, "GET", "/api/v1/roles?fields=key&limit=50", nil, &roles); err != nil {
		return err
	}
	role := map[string]string{}
	for _, r := range roles.Records {
		role[r.Key] = r.ID
	}
	department := func(name string, parent string) (string, error) {
		in := map[string]any{"name": name}
		if parent != "" {
			in["parent"] = parent
		}
		return made(ctx, admin, "departments", in)
	}
	user := func(login, roleID, department string, more map[string]any) (string, error) {
		in := map[string]any{"name": "Bench " + login, "login": login, "password": password, "must_change_password": false, "role": roleID, "department": department}
		for k, v := range more {
			in[k] = v
		}
		id, err := made(ctx, admin, "users", in)
		h.Logins[login], h.Users[login] = password, number(id)
		return id, err
	}
	assign := func(to string, ids []string) error {
		_, err := finish(ctx, admin, "customers/actions/assign", map[string]any{"ids": ids, "input": map[string]any{"owner": to}})
		return err
	}

	branch, err := department("Bench", "")
	if err != nil {
		return err
	}
	if _, err := user("below", role["manager"], branch, nil); err != nil {
		return err
	}
	h.Departments = append(h.Departments, number(branch))
	for d := range 4 {
		team, err := department(fmt.Sprintf("Bench %d", d+1), branch)
		if err != nil {
			return err
		}
		h.Departments = append(h.Departments, number(team))
		if d == 0 {
			if _, err := user("department", role["manager"], team, nil); err != nil {
				return err
			}
		}
		for n := range 10 {
			login := fmt.Sprintf("seller%d-%d", d+1, n+1)
			if d == 0 && n == 0 {
				login = "own"
			}
			id, err := user(login, role["salesperson"], team, nil)
			if err != nil {
				return err
			}
			if err := assign(id, take(scale(5000))); err != nil {
				return err
			}
		}
	}
	apart, err := department("Apart", "")
	if err != nil {
		return err
	}
	sparse, err := user("sparse", role["salesperson"], apart, nil)
	if err != nil {
		return err
	}
	if err := assign(sparse, take(50)); err != nil {
		return err
	}
	if err := h.share(ctx, admin, sparse, take(5)); err != nil {
		return err
	}
	if err := h.many(ctx, admin, role["salesperson"], department, user, assign, take, scale(500)); err != nil {
		return err
	}
	return h.busy(ctx, admin)
}

// many makes the person of twelve roles, twenty departments and forty shares.
func (h *home) many(ctx context.Context, admin *client, salesperson string, department func(string, string) (string, error),
	user func(string, string, string, map[string]any) (string, error), assign func(string, []string) error, take func(int) []string, each int,
) error {
	var departments, roles []string
	for n := range 20 {
		id, err := department(fmt.Sprintf("Team %d", n+1), "")
		if err != nil {
			return err
		}
		departments = append(departments, id)
		h.Many = append(h.Many, number(id))
		seller, err := user(fmt.Sprintf("team%d", n+1), salesperson, id, nil)
		if err != nil {
			return err
		}
		if err := assign(seller, take(each)); err != nil {
			return err
		}
	}
	for n := range 12 {
		scope := "own_shared"
		if n == 11 {
			scope = "department"
		}
		id, err := made(ctx, admin, "roles", map[string]any{"key": fmt.Sprintf("bench%d", n+1), "name": fmt.Sprintf("Bench %d", n+1), "rights": map[string]any{"*": map[string]any{"view": scope}}})
		if err != nil {
			return err
		}
		roles = append(roles, id)
	}
	id, err := user("many", roles[0], departments[0], map[string]any{"more_roles": roles[1:], "more_departments": departments[1:]})
	if err != nil {
		return err
	}
	return h.share(ctx, admin, id, take(40))
}

// busy gives one customer of `own` a long timeline.
func (h *home) busy(ctx context.Context, admin *client) error {
	own, err := signIn(ctx, admin.base, "own", password)
	if err != nil {
		return err
	}
	var first struct{ Records []struct{ ID string } }
	if err := own.do(ctx, "GET", "/api/v1/customers?limit=1&fields=name", nil, &first); err != nil {
		return err
	}
	h.Busy = number(first.Records[0].ID)
	for range 4 {
		var rows []map[string]any
		for n := range 100 {
			rows = append(rows, map[string]any{"customer": first.Records[0].ID, "kind": "call", "subject": fmt.Sprintf("報價追蹤 %d", n), "result": "對方要再討論價格與交期", "at": time.Now().Add(-time.Duration(n) * time.Hour).UTC().Format(time.RFC3339)})
		}
		if err := own.do(ctx, "POST", "/api/v1/activities/batch", map[string]any{"create": rows, "atomic": true}, nil); err != nil {
			return err
		}
	}
	return nil
}

func (h *home) share(ctx context.Context, admin *client, with string, ids []string) error {
	for _, id := range ids {
		if err := admin.do(ctx, "POST", "/api/v1/customers/"+id+"/shares", map[string]any{"user": with}, nil); err != nil {
			return err
		}
	}
	return nil
}

// customers are the ids of all of them.
func (h *home) customers(ctx context.Context, admin *client) ([]string, error) {
	ids := make([]string, 0, h.Customers)
	for cursor := ""; ; {
		var page struct {
			Records []struct{ ID string }
			Next    *string
		}
		if err := admin.do(ctx, "GET", "/api/v1/customers?limit=500&fields=level&count=none&cursor="+cursor, nil, &page); err != nil {
			return nil, err
		}
		for _, r := range page.Records {
			ids = append(ids, r.ID)
		}
		if page.Next == nil {
			return ids, nil
		}
		cursor = *page.Next
	}
}

func made(ctx context.Context, c *client, plural string, in map[string]any) (string, error) {
	var out struct{ ID string }
	err := c.do(ctx, "POST", "/api/v1/"+plural, in, &out)
	return out.ID, err
}

func number(id string) int64 {
	n, _ := strconv.ParseInt(id, 10, 64)
	return n
}
