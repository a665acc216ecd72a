package store

import "testing"

// What is remembered of sessions is forgotten with whatever statement changes them.
func TestEveryWriteOfWhatStandsIsSeen(t *testing.T) {
	Declare(Table{Name: "standing_test", Standing: true})
	defer func() { tables = tables[:len(tables)-1] }()
	for statement, want := range map[string]bool{
		"INSERT INTO standing_test (a) VALUES (?)":                         true,
		"UPDATE standing_test SET a = ? WHERE b = ?":                       true,
		"DELETE FROM standing_test":                                        true,
		"DELETE FROM standing_test WHERE a < ?":                            true,
		"WITH x AS (SELECT 1) DELETE FROM standing_test":                   true,
		"INSERT INTO number (name, last) VALUES (?, 1) ON CONFLICT (name)": true,
		"SELECT a FROM standing_test WHERE b = ?":                          false,
		"UPDATE other SET standing_tests = ?":                              false,
		"INSERT INTO r_customer (id, name) VALUES (?, ?)":                  false,
		"UPDATE job SET number_of = 1":                                     false,
	} {
		if got := writesStanding(statement); got != want {
			t.Errorf("%s: %t", statement, got)
		}
	}
}
